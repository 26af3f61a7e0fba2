/**
 * The {@code varve} command. Entry type: {@link dev.varve.cli.Varve}; a class for each subcommand.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. A mistake of the user is one
 * line on standard error; {@code --verbose} or {@code VARVE_DEBUG=1} adds the stack trace.
 *
 * <p>Environment read: {@code VARVE_DEBUG}, {@code NO_COLOR}, {@code HOME} for the default folders
 * and {@code XDG_CACHE_HOME}, where built CometBFT nodes are kept in the folder varve, else {@code
 * ~/.cache}. The launcher script reads {@code VARVE_JAVA_OPTS} and {@code JAVA_HOME} besides.
 *
 * <h2>A devnet home</h2>
 *
 * <pre>
 * devnet.json  what devnet made, see DevnetMarker; no other folder is ever deleted by --fresh
 * LOCK         locked while a devnet runs here
 * varve.log    log of all parts written in Java, rotated at 10 MiB, five files kept
 * v0, v1 ...   one node's home each (package dev.varve.node), with comet/ and comet.log in it
 * </pre>
 *
 * <p>Of a node's home, {@code start --with-node} and {@code init --with-node} keep {@code
 * comet.json} (the CometBFT release that runs it, see NodeRelease) and, as devnet does, {@code
 * comet.pid} beside {@code comet/}.
 */
package dev.varve.cli;
