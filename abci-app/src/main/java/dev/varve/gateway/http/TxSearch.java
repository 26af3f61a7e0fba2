package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.gateway.Source;
import dev.varve.gateway.Uplink;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code tx_search}, for a hash or heights; for everything else the node is asked. */
final class TxSearch {
  static final List<String> NAMES = List.of("query", "prove", "page", "per_page", "order_by");

  private static final int DEFAULT_PER_PAGE = 30;
  private static final int MAX_PER_PAGE = 100;
  // Each costs a read; a search over more is the node's, which has an index.
  private static final int MAX_BLOCKS = 100;

  private final Uplink uplink;
  private final Transactions transactions;

  TxSearch(Uplink uplink, Transactions transactions) {
    this.uplink = uplink;
    this.transactions = transactions;
  }

  RpcReply search(Arguments arguments, boolean chainFirst) {
    Optional<TxQuery> query = TxQuery.parse(arguments.text("query"));
    boolean prove = arguments.flag("prove");
    OptionalLong page = arguments.integer("page");
    int perPage = perPage(arguments.integer("per_page"));
    boolean descending = descending(arguments.text("order_by"));
    if (query.isEmpty()) {
      return new RpcReply.PassOn();
    }
    if (query.get().hash().isPresent()) {
      return byHash(query.get().hash().get(), prove, page, perPage, chainFirst);
    }
    return uplink.chain().hasRecords()
        ? byHeight(query.get(), new Page(page, perPage, descending), prove)
        : new RpcReply.PassOn();
  }

  /** What part of the matches is shown. */
  private record Page(OptionalLong number, int size, boolean descending) {
    /** How many matches stand before it. */
    int skip(int total) {
      return (TxSearch.page(number, size, total) - 1) * size;
    }
  }

  private RpcReply byHash(
      ByteString hash, boolean prove, OptionalLong page, int perPage, boolean chainFirst) {
    Optional<FoundTx> pending = chainFirst ? Optional.empty() : transactions.pending(hash);
    boolean records = uplink.chain().hasRecords();
    if (pending.isEmpty() && !records && !chainFirst) {
      return new RpcReply.PassOn();
    }
    Optional<TxLocation> at = pending.isPresent() ? Optional.empty() : transactions.locate(hash);
    Optional<FoundTx> match = pending;
    if (at.isPresent()) {
      if (!records) {
        return new RpcReply.PassOn();
      }
      match = transactions.committed(at.get().getHeight(), at.get().getIndex(), prove);
      if (match.isEmpty()) {
        return new RpcReply.PassOn();
      }
    } else if (chainFirst) {
      match = transactions.pending(hash);
    }
    if (match.isEmpty() && !records) {
      return new RpcReply.PassOn();
    }
    List<FoundTx> matches = match.map(List::of).orElse(List.of());
    page(page, perPage, matches.size());
    boolean isPending = match.isPresent() && match.get().height() == 0;
    return found(
        matches,
        matches.size(),
        isPending ? Source.PENDING : Source.COMMITTED,
        uplink.chain().height());
  }

  private RpcReply byHeight(TxQuery query, Page page, boolean prove) {
    long height = uplink.chain().height();
    long from = Math.max(1, query.from());
    long to = Math.min(query.to(), height);
    if (to - from >= MAX_BLOCKS) {
      return new RpcReply.PassOn();
    }
    List<TxLocation> places = new ArrayList<>();
    for (long h = from; h <= to; h++) {
      Optional<Integer> count = transactions.count(h);
      if (count.isEmpty()) {
        return new RpcReply.PassOn();
      }
      for (int i = 0; i < count.get(); i++) {
        places.add(TxLocation.newBuilder().setHeight(h).setIndex(i).build());
      }
    }
    int total = places.size();
    int first = page.skip(total);
    List<FoundTx> shown = new ArrayList<>();
    for (int i = first; i < Math.min(total, first + page.size()); i++) {
      TxLocation place = places.get(page.descending() ? total - 1 - i : i);
      Optional<FoundTx> tx = transactions.committed(place.getHeight(), place.getIndex(), prove);
      if (tx.isEmpty()) {
        return new RpcReply.PassOn();
      }
      shown.add(tx.get());
    }
    return found(shown, total, Source.COMMITTED, height);
  }

  private static RpcReply found(List<FoundTx> txs, int total, Source source, long height) {
    return new RpcReply.Result(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("txs");
          for (FoundTx tx : txs) {
            Shapes.transaction(json, tx);
          }
          json.writeEndArray();
          Json.int64(json, "total_count", total);
          json.writeEndObject();
        },
        source,
        height);
  }

  private static boolean descending(String order) {
    return switch (order) {
      case "", "asc" -> false;
      case "desc" -> true;
      default ->
          throw RpcException.internal("expected order_by to be either `asc` or `desc` or empty");
    };
  }

  private static int perPage(OptionalLong asked) {
    if (asked.isEmpty() || asked.getAsLong() < 1) {
      return DEFAULT_PER_PAGE;
    }
    return (int) Math.min(asked.getAsLong(), MAX_PER_PAGE);
  }

  private static int page(OptionalLong asked, int perPage, int total) {
    if (asked.isEmpty()) {
      return 1;
    }
    int pages = Math.max(1, (total + perPage - 1) / perPage);
    if (asked.getAsLong() < 1 || asked.getAsLong() > pages) {
      throw RpcException.internal(
          "page should be within [1, " + pages + "] range, given " + asked.getAsLong());
    }
    return (int) asked.getAsLong();
  }
}
