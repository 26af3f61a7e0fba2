/**
 * Finds, builds, configures and supervises unmodified CometBFT nodes, and talks to their RPC.
 *
 * <p>{@link dev.varve.testnet.CometBinary} gives an executable of an asked version, {@link
 * dev.varve.testnet.CometHome} writes and edits a node's home with that executable's own commands,
 * {@link dev.varve.testnet.CometProcess} runs it, {@link dev.varve.testnet.CometRpc} asks it. All
 * of them know nothing of the application behind the node.
 *
 * <p>The cache folder holds one file per executable and version, named {@code cometbft-v<version>}
 * or {@code abci-cli-v<version>}. A build happens in a folder of its own beside them and is moved
 * in place in one step, so a file in the cache is always whole, also when several processes build
 * at once.
 */
package dev.varve.testnet;
