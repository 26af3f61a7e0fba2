package dev.varve.it.arch;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The directions between packages and what each may touch, as DESIGN states them. A rule whose
 * subject has no classes fails: a package that was renamed must not leave a rule behind.
 */
final class ArchitectureRules {
  private static final String[] GENERATED = {
    "dev.varve.abci.types..",
    "dev.varve.abci.v1..",
    "dev.varve.storage.record..",
    "dev.varve.ledger.transaction.."
  };

  /** All parts; each names what it may use of the others, nothing points back. */
  static final ArchRule FALLBACK_USES_NOTHING = mayUse("dev.varve.fallback..");

  static final ArchRule STORAGE_USES_FALLBACK =
      mayUse("dev.varve.storage..", "dev.varve.fallback..");

  static final ArchRule ABCI_USES_NOTHING = mayUse("dev.varve.abci..");

  static final ArchRule LEDGER_USES_ABCI_AND_STORAGE =
      mayUse(
          "dev.varve.ledger..",
          "dev.varve.abci",
          "dev.varve.abci.types..",
          "dev.varve.storage",
          "dev.varve.storage.record..");

  static final ArchRule GATEWAY_USES_ABCI_LEDGER_AND_STORAGE =
      mayUse(
          "dev.varve.gateway..",
          "dev.varve.abci",
          "dev.varve.abci.types..",
          "dev.varve.ledger",
          "dev.varve.storage",
          "dev.varve.storage.record..");

  /** What it must keep it gives to the backup. */
  static final ArchRule GATEWAY_TOUCHES_NO_FILE =
      noClasses()
          .that()
          .resideInAPackage("dev.varve.gateway..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("java.nio.file..")
                  .or(nameMatching("java\\.io\\.(File.*|RandomAccessFile)")));

  static final ArchRule NODE_USES_NO_TOOL =
      mayUse(
          "dev.varve.node..",
          "dev.varve.abci..",
          "dev.varve.ledger..",
          "dev.varve.gateway..",
          "dev.varve.storage..",
          "dev.varve.sharding..",
          "dev.varve.fallback..");

  static final ArchRule TESTNET_USES_NOTHING = mayUse("dev.varve.testnet..");

  static final ArchRule NOTHING_USES_CLI =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.varve.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.varve.cli..");

  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("dev.varve.(**)").should().beFreeOfCycles();

  /** Only node builds objects: the others see the storage interfaces, not what implements them. */
  static final ArchRule STORES_ARE_BUILT_BY_NODE =
      noClasses()
          .that()
          .resideInAnyPackage("dev.varve.abci..", "dev.varve.ledger..", "dev.varve.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.varve.storage.engine..",
              "dev.varve.storage.disk..",
              "dev.varve.storage.memory..",
              "dev.varve.storage.pending..",
              "dev.varve.node..");

  static final ArchRule DIALECT_1_0_STAYS_IN_THE_SERVER =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.varve.abci..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.varve.abci.v1..");

  static final ArchRule LEDGER_HAS_NO_CLOCK_RANDOM_SOCKET_OR_FILE =
      noClasses()
          .that()
          .resideInAPackage("dev.varve.ledger..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.net..",
                      "java.nio.file..",
                      "java.nio.channels..",
                      "java.util.random..",
                      "io.grpc..",
                      "io.netty..",
                      "dev.varve.gateway..",
                      "dev.varve.node..")
                  .or(
                      nameMatching(
                          "java\\.io\\.(File.*|RandomAccessFile)"
                              + "|java\\.(util|security)\\.(Random|SecureRandom|SplittableRandom)"
                              + "|java\\.util\\.concurrent\\.ThreadLocalRandom"
                              + "|java\\.time\\.(Clock|InstantSource)"
                              + "|java\\.util\\.(Date|Calendar|Timer|UUID)")))
          .orShould()
          .accessTargetWhere(
              method("java.lang.System", "currentTimeMillis|nanoTime|getenv|identityHashCode")
                  .or(method("java.lang.Math", "random"))
                  .or(method("java.time.*", "now")));

  static final ArchRule ONLY_THE_FILE_SEAM_MAPS_FORCES_AND_RENAMES =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.varve.fallback..",
              "dev.varve.storage..",
              "dev.varve.sharding..",
              "dev.varve.abci..",
              "dev.varve.ledger..",
              "dev.varve.gateway..",
              "dev.varve.node..")
          .and()
          .resideOutsideOfPackage("dev.varve.fallback.io..")
          .should()
          .accessTargetWhere(
              method("java.nio.MappedByteBuffer", "force")
                  .or(methodOf(java.nio.channels.FileChannel.class, "map|force"))
                  .or(method("java.io.FileDescriptor", "sync"))
                  .or(method("java.nio.file.Files", "move"))
                  .or(method("java.io.File", "renameTo")));

  /** The benchmark of the engine has RocksDB's own look-up as a baseline. */
  static final ArchRule ROCKSDB_STAYS_IN_ITS_STORE =
      only("org.rocksdb..", "dev.varve.storage.disk.rocksdb..", "dev.varve.bench.engine..");

  static final ArchRule LEVELDB_STAYS_IN_ITS_STORE =
      only("org.iq80.leveldb..", "dev.varve.storage.disk.leveldb..");

  static final ArchRule CHRONICLE_STAYS_IN_THE_MEMORY_STORE =
      only("net.openhft..", "dev.varve.storage.memory..");

  static final ArchRule GRPC_STAYS_IN_THE_SERVER = only("io.grpc..", "dev.varve.abci..");

  static final ArchRule JETTY_STAYS_IN_THE_GATEWAYS_SERVER =
      only("org.eclipse.jetty..", "dev.varve.gateway.http..");

  static final ArchRule TOML_IS_READ_BY_NODE = only("org.tomlj..", "dev.varve.node..");

  static final ArchRule PICOCLI_STAYS_IN_CLI = only("picocli..", "dev.varve.cli..");

  static final ArchRule SHARDINGSPHERE_STAYS_IN_ITS_MODULE =
      only("org.apache.shardingsphere..", "dev.varve.sharding..");

  static final ArchRule NO_STATIC_STATE =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat()
          .resideOutsideOfPackages(GENERATED)
          .should()
          .beFinal();

  static final ArchRule LIBRARIES_DO_NOT_PRINT =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.varve.cli..", "dev.varve.bench..")
          .should()
          .accessTargetWhere(
              target(owner(name("java.lang.System")))
                  .and(target(nameMatching("out|err|exit")))
                  .or(methodOf(Throwable.class, "printStackTrace")));

  private ArchitectureRules() {}

  /** Every rule, by the name of its field. */
  static List<NamedRule> all() {
    return Arrays.stream(ArchitectureRules.class.getDeclaredFields())
        .filter(field -> field.getType() == ArchRule.class)
        .map(
            field -> {
              try {
                return new NamedRule(field.getName(), (ArchRule) field.get(null));
              } catch (IllegalAccessException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  record NamedRule(String name, ArchRule rule) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static ArchRule mayUse(String part, String... others) {
    List<String> allowed = new ArrayList<>(List.of(others));
    allowed.add(part);
    return noClasses()
        .that()
        .resideInAPackage(part)
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.varve..")
                .and(DescribedPredicate.not(resideInAnyPackage(allowed.toArray(String[]::new)))))
        .as(part + " may use only " + Arrays.toString(others));
  }

  private static ArchRule only(String library, String... parts) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(parts)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  private static DescribedPredicate<JavaAccess<?>> method(String owners, String names) {
    DescribedPredicate<JavaClass> owner =
        nameMatching(owners.replace(".", "\\.").replace("*", "\\w+")).forSubtype();
    return target(owner(owner)).and(target(nameMatching(names))).forSubtype();
  }

  private static DescribedPredicate<JavaAccess<?>> methodOf(Class<?> type, String names) {
    return target(owner(assignableTo(type))).and(target(nameMatching(names))).forSubtype();
  }
}
