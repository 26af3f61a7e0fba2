package dev.varve.it;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads from the lines of strace what a process changes in the file system and whom it contacts.
 */
final class SystemCalls {
  /** Opens that may write, all that make, rename or delete, and all that reach a host. */
  static final String TRACED =
      "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,unlink,"
          + "unlinkat,rmdir,link,linkat,symlink,symlinkat,truncate,connect,sendto,sendmsg,sendmmsg";

  private static final Pattern CALL = Pattern.compile("^\\d+ +(\\w+)\\((.*)$");
  private static final Pattern PATH = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern RELATIVE_TO = Pattern.compile("^(?:AT_FDCWD|\\d+)<([^>]*)>, ");
  private static final Pattern ADDRESS = Pattern.compile("sa_family=AF_INET6?\\b");
  private static final Pattern LOOPBACK = Pattern.compile("\"(::ffff:)?127\\.0\\.0\\.1\"|\"::1\"");
  private static final List<String> NETWORK = List.of("connect", "sendto", "sendmsg", "sendmmsg");

  private SystemCalls() {}

  /**
   * One change or contact.
   *
   * @param call the system call
   * @param target an absolute path; empty for a contact
   * @param line the whole line, for messages
   */
  record Effect(String call, String target, String line) {
    boolean isContact() {
      return NETWORK.contains(call);
    }

    boolean writesIn(String folder) {
      return !isContact() && (target.equals(folder) || target.startsWith(folder + "/"));
    }

    /** Devices and the process's own entries in /proc hold no data. */
    boolean isHarmless() {
      return !isContact() && (target.startsWith("/dev/") || target.startsWith("/proc/"));
    }

    /** Whether it contacts this machine itself, by its loopback address. */
    boolean isLoopback() {
      return isContact() && LOOPBACK.matcher(line).find();
    }

    @Override
    public String toString() {
      return line;
    }
  }

  static Optional<Effect> effect(String line) {
    Matcher call = CALL.matcher(line);
    if (!call.matches() || line.contains(" = -1 E")) {
      // What failed changed nothing; a contact that failed was tried all the same.
      if (!call.matches() || !NETWORK.contains(call.group(1))) {
        return Optional.empty();
      }
    }
    String name = call.group(1);
    String arguments = call.group(2);
    if (NETWORK.contains(name)) {
      return contact(name, arguments, line);
    }
    if (name.startsWith("open") && !arguments.matches(".*O_(WRONLY|RDWR|CREAT|TRUNC).*")) {
      return Optional.empty();
    }
    Matcher path = PATH.matcher(arguments);
    String last = null;
    while (path.find()) {
      last = path.group(1);
    }
    if (last == null) {
      return Optional.of(new Effect(name, "?", line));
    }
    Matcher relative = RELATIVE_TO.matcher(arguments);
    boolean isRelative = !last.startsWith("/") && relative.find();
    return Optional.of(new Effect(name, isRelative ? relative.group(1) + "/" + last : last, line));
  }

  /** Internet addresses only; a write to an open connection names none. */
  private static Optional<Effect> contact(String name, String arguments, String line) {
    return ADDRESS.matcher(arguments).find()
        ? Optional.of(new Effect(name, "", line))
        : Optional.empty();
  }
}
