package dev.varve.bench.abci;

/** What is timed: one row of the report each. */
enum Call {
  /** From the first byte of a batch of CheckTx to the answer of its Flush. */
  CHECK_TX("CheckTx batch"),
  PREPARE_PROPOSAL("PrepareProposal"),
  PROCESS_PROPOSAL("ProcessProposal"),
  FINALIZE_BLOCK("FinalizeBlock"),
  COMMIT("Commit"),
  /** The sum of the two calls of one block. */
  FINALIZE_AND_COMMIT("FinalizeBlock+Commit");

  private final String label;

  Call(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
