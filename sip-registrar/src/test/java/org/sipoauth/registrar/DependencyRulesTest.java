package org.sipoauth.registrar;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.sipoauth");

    @Test
    void knowsNeitherServerNorKeysNorTheirFrameworks() {
        noClasses()
                .that()
                .resideInAPackage("org.sipoauth.registrar..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.sipoauth.authz..",
                        "org.sipoauth.keys..",
                        "org.sipoauth.verifier.internal..",
                        "org.springframework..",
                        "com.nimbusds..",
                        "gov.nist..",
                        "javax.sip..")
                .check(MAIN);
    }

    @Test
    void packagesDependOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("start")
                .definedBy("org.sipoauth.registrar")
                .layer("management")
                .definedBy("org.sipoauth.registrar.management..")
                .layer("transport")
                .definedBy("org.sipoauth.registrar.transport..")
                .layer("served")
                .definedBy("org.sipoauth.registrar.served..")
                .layer("register")
                .definedBy("org.sipoauth.registrar.register..")
                .layer("bearer")
                .definedBy("org.sipoauth.registrar.bearer..")
                .layer("location")
                .definedBy("org.sipoauth.registrar.location..")
                .layer("sip")
                .definedBy("org.sipoauth.registrar.sip..")
                .whereLayer("start")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("management")
                .mayOnlyBeAccessedByLayers("start")
                .whereLayer("transport")
                .mayOnlyBeAccessedByLayers("management", "start")
                .whereLayer("served")
                .mayOnlyBeAccessedByLayers("management", "start")
                .whereLayer("register")
                .mayOnlyBeAccessedByLayers("transport", "management", "start")
                .whereLayer("bearer")
                .mayOnlyBeAccessedByLayers("register", "start")
                .whereLayer("location")
                .mayOnlyBeAccessedByLayers("register", "management", "start")
                .whereLayer("sip")
                .mayOnlyBeAccessedByLayers("location", "bearer", "register", "transport", "management", "start")
                .check(MAIN);
    }

    /** What the library has for its own sources is not what it offers: one place uses it, as a part of the same build. */
    @Test
    void onlyWhatTheServerDecidesIsReadAsTheLibraryReadsKeys() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sipoauth.registrar.served..")
                .and()
                .doNotHaveSimpleName("Sources")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sipoauth.verifier.refresh..")
                .check(MAIN.that(resideInAPackage("org.sipoauth.registrar..")));
    }

    @Test
    void registrationRulesKnowNoNetwork() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.sipoauth.registrar.register..",
                        "org.sipoauth.registrar.bearer..",
                        "org.sipoauth.registrar.location..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "io.micrometer..", "java.nio.file..", "java.net.http..")
                .check(MAIN);
    }

    @Test
    void redisIsTheLocationsAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sipoauth.registrar.location..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.lettuce..", "reactor..")
                .check(MAIN);
    }

    @Test
    void nettyStaysOutOfTheCodecButForItsHandlers() {
        noClasses()
                .that()
                .resideInAPackage("org.sipoauth.registrar.sip..")
                .and()
                .doNotHaveSimpleName("SipDecoder")
                .and()
                .doNotHaveSimpleName("SipEncoder")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(MAIN);
    }
}
