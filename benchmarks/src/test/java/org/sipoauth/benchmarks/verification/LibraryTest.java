package org.sipoauth.benchmarks.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LibraryTest {

    @ParameterizedTest
    @EnumSource
    void takesTokensAndRefusesWhatNobodyMayTake(Library library) throws Exception {
        for (Algorithm algorithm : Algorithm.values()) {
            if (library.knows(algorithm)) {
                Issuer issuer = Issuer.mint(algorithm, 2);
                assertThat(library.prepareAndTry(issuer).verify(issuer.tokens().get(1)))
                        .as(algorithm.name())
                        .isNotNull();
            }
        }
    }
}
