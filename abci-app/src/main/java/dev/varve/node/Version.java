package dev.varve.node;

/** The version of this program. */
public final class Version {
  private Version() {}

  /** As the jar's manifest states it; {@code development} outside a jar. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
