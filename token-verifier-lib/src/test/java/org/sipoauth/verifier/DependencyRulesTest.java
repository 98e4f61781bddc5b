package org.sipoauth.verifier;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.sipoauth");

    @Test
    void needsNothingButTheJdk() {
        classes()
                .that()
                .resideOutsideOfPackage("org.sipoauth.verifier.metrics")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.crypto..",
                        "javax.net.ssl..",
                        "org.jspecify.annotations",
                        "org.sipoauth.verifier..")
                .check(CLASSES);
    }

    /** Who has no Micrometer never loads a class that wants it. */
    @Test
    void metersAloneNeedMicrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sipoauth.verifier.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sipoauth.verifier.metrics")
                .check(CLASSES);
    }

    /** So that a native image needs no list of what is reached by name. */
    @Test
    void reachesNothingByName() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ServiceLoader.class)
                .orShould()
                .callMethod(Class.class, "forName", String.class)
                .orShould()
                .callMethod(Class.class, "forName", String.class, boolean.class, ClassLoader.class)
                .orShould()
                .callMethod(Class.class, "getResource", String.class)
                .orShould()
                .callMethod(Class.class, "getResourceAsStream", String.class)
                .orShould()
                .callMethod(ClassLoader.class, "loadClass", String.class)
                .check(CLASSES);
    }

    /** What reads tokens has no log to spill them into. */
    @Test
    void logsNothingWhereTokensAreRead() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.sipoauth.verifier", "org.sipoauth.verifier.sip", "org.sipoauth.verifier.internal")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(System.Logger.class)
                .check(CLASSES);
    }

    @Test
    void verifiesWithoutFilesAndNetwork() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.sipoauth.verifier", "org.sipoauth.verifier.sip", "org.sipoauth.verifier.internal")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io", "java.net..", "java.nio.file..", "java.nio.channels..", "javax.net..")
                .check(CLASSES);
    }

    @Test
    void keepsTheInternalPackageFreeOfAllOthers() {
        noClasses()
                .that()
                .resideInAPackage("org.sipoauth.verifier.internal")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.sipoauth.verifier",
                        "org.sipoauth.verifier.keys",
                        "org.sipoauth.verifier.refresh",
                        "org.sipoauth.verifier.sip",
                        "org.sipoauth.verifier.status")
                .check(CLASSES);
    }

    @Test
    void keepsTheTablesFreeOfAllOthers() {
        classes()
                .that()
                .resideInAPackage("org.sipoauth.verifier.tables")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.math",
                        "java.nio.charset",
                        "java.security..",
                        "java.util..",
                        "org.jspecify.annotations",
                        "org.sipoauth.verifier.tables")
                .check(CLASSES);
    }

    @Test
    void keepsPackagesFreeOfCycles() {
        SlicesRuleDefinition.slices()
                .matching("org.sipoauth.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    /** The whole front door: who adds to it says so here. */
    @Test
    void showsNoOtherPublicTypes() {
        Set<String> open = CLASSES.stream()
                .filter(type -> !type.getPackageName().matches(".*\\.(internal|refresh|tables)")) // not exported
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(type -> type.getName().replace("org.sipoauth.verifier.", ""))
                .collect(Collectors.toSet());
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "AccessToken",
                        "Expectations",
                        "IssuerVerifiers",
                        "Reason",
                        "TokenVerifier",
                        "TokenVerifier$Builder",
                        "Verdict",
                        "Verdict$Accepted",
                        "Verdict$Rejected",
                        "VerdictCounts",
                        "keys.DecryptionKey",
                        "keys.DecryptionKeySource",
                        "keys.DecryptionKeys",
                        "keys.KeySnapshot",
                        "keys.KeySource",
                        "keys.UrlKeys",
                        "keys.UrlKeys$Builder",
                        "keys.VerificationKey",
                        "metrics.VerifierMetrics",
                        "sip.BearerChallenge",
                        "sip.BearerCredentials",
                        "sip.BearerCredentials$Dialect",
                        "status.StatusReference",
                        "status.StatusSnapshot",
                        "status.StatusSnapshot$Status",
                        "status.StatusSource",
                        "status.UrlStatusLists",
                        "status.UrlStatusLists$Builder",
                        "status.UrlStatusLists$Counts");
    }
}
