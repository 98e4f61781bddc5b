package org.sipoauth.verifier;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
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
                        "keys.DecryptionKey",
                        "keys.DecryptionKeySource",
                        "keys.DecryptionKeys",
                        "keys.KeySnapshot",
                        "keys.KeySource",
                        "keys.UrlKeys",
                        "keys.UrlKeys$Builder",
                        "keys.VerificationKey",
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
