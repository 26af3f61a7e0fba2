/**
 * A node: configuration, wiring, metrics and HTTP. Entry type: {@link dev.varve.node.VarveNode}.
 * Only this package builds the objects of the others.
 *
 * <h2>A home</h2>
 *
 * <pre>
 * varve.toml   settings, see NodeConfig; written by init, never by a running node
 * FORMAT       the text "varve-home 1": the layout of this folder; another text is refused
 * LOCK         locked while a node runs (the lock counts, not the file); its process id in ASCII
 * ID           a UUID and a line feed, made when first needed: whose the databases of a cluster are
 * store/       the disk store, unless disk.path says otherwise; with a cluster ledger/ in it, see
 *              dev.varve.storage.disk.cluster
 * fallback/    the fallback logs, unless fallback.path says otherwise
 * comet/       the CometBFT home, where Varve made one
 * </pre>
 */
package dev.varve.node;
