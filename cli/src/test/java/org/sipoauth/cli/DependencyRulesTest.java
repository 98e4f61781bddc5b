package org.sipoauth.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private static final JavaClasses CLI = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.sipoauth.cli");

    @Test
    void usesOfTheRegistrarOnlyItsCodec() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.sipoauth.registrar",
                        "org.sipoauth.registrar.bearer..",
                        "org.sipoauth.registrar.register..",
                        "org.sipoauth.registrar.location..",
                        "io.micrometer..")
                .check(CLI);
    }

    @Test
    void holdsManyConnectionsInTheStormAlone() {
        noClasses()
                .that()
                .haveNameNotMatching("org\\.sipoauth\\.cli\\.phone\\.Storm.*")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "org.HdrHistogram..")
                .check(CLI);
    }

    @Test
    void neverReachesIntoTheServerOrTheVerifier() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sipoauth.authz..", "org.sipoauth.verifier.internal..", "org.springframework..")
                .check(CLI);
    }

    @Test
    void commandsDoNotLeanOnEachOther() {
        noClasses()
                .that()
                .resideInAnyPackage("org.sipoauth.cli.pki..", "org.sipoauth.cli.token..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sipoauth.cli.phone..")
                .check(CLI);
        noClasses()
                .that()
                .resideOutsideOfPackages("org.sipoauth.cli", "org.sipoauth.cli.pki..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sipoauth.cli.pki..", "org.bouncycastle..")
                .check(CLI);
    }

    @Test
    void hasNoCyclesBetweenPackages() {
        slices().matching("org.sipoauth.cli.(*)..").should().beFreeOfCycles().check(CLI);
    }
}
