package org.sipoauth.keys;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class DependencyRulesTest {
    private final JavaClasses main = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.sipoauth");

    @Test
    void knowsNothingButNimbusAndTheJdk() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "org.sipoauth.keys..",
                        "com.nimbusds.jose..",
                        "org.jspecify..",
                        "java.lang..",
                        "java.io..",
                        "java.math..",
                        "java.nio..",
                        "java.security..",
                        "java.text..",
                        "java.time..",
                        "java.util..",
                        "javax.crypto..")
                .check(main);
    }

    @Test
    void rulesOfRotationKnowNoStore() {
        noClasses()
                .that()
                .resideInAPackage("org.sipoauth.keys")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sipoauth.keys.store", "org.sipoauth.keys.jwk", "java.nio..")
                .check(main);
    }

    @Test
    void onlyStoresAskForPrivateKeys() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.sipoauth.keys.store")
                .should()
                .callMethod(KeyRing.class, "toPrivateJson")
                .check(main);
    }
}
