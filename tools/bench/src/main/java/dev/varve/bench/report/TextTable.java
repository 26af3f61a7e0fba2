package dev.varve.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells, printed in columns: the first two left-aligned, numbers right-aligned. */
public final class TextTable {
  private static final int LEFT_COLUMNS = 2;
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... header) {
    rows.add(List.of(header));
  }

  public void row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "the row has " + cells.length + " cells, the table " + rows.get(0).size() + " columns");
    }
    rows.add(List.of(cells));
  }

  public String render() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? "" : GAP);
        line.append(i < LEFT_COLUMNS ? row.get(i) + pad : pad + row.get(i));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
