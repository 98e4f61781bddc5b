package org.sipoauth.authz;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The directions in which this module's packages may look. */
class DependencyRulesTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.sipoauth.authz");

    @Test
    void onlySigningAndRefreshKnowTheKeyRing() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.sipoauth.authz.signing..", "org.sipoauth.authz.refresh..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sipoauth.keys..")
                .check(MAIN);
    }

    @Test
    void theServerNeverUsesTheVerifier() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sipoauth.verifier..")
                .check(MAIN);
    }

    /** Tokens, grants and refreshes name bits; what serves them knows no login, only bits. */
    @Test
    void statusListsKnowNoLogins() {
        noClasses()
                .that()
                .resideInAPackage("org.sipoauth.authz.status..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.sipoauth.authz.client..",
                        "org.sipoauth.authz.grant..",
                        "org.sipoauth.authz.refresh..",
                        "org.sipoauth.authz.subscriber..",
                        "org.sipoauth.authz.token..")
                .check(MAIN);
    }

    @Test
    void packagesLookInOneDirection() {
        slices().matching("org.sipoauth.authz.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void nothingLooksBackAtWhatPutsItTogether() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.sipoauth.authz.web..", "org.sipoauth.authz.demo..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sipoauth.authz.web..", "org.sipoauth.authz.demo..")
                .check(MAIN);
    }

    @Test
    void theApplicationIsAloneAtTheTop() {
        classes()
                .that()
                .resideInAPackage("org.sipoauth.authz")
                .should()
                .haveSimpleNameStartingWith("AuthzServerApplication")
                .orShould()
                .haveSimpleName("package-info")
                .check(MAIN);
    }
}
