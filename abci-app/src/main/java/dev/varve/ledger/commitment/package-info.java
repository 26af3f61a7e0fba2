/** The app hash: see {@link dev.varve.ledger.commitment.StateCommitment}. */
package dev.varve.ledger.commitment;
