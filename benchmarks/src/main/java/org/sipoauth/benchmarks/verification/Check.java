package org.sipoauth.benchmarks.verification;

/** How one library verifies a token, its key prepared. */
@FunctionalInterface
interface Check {
    /**
     * @return what the library makes of a token that it takes
     * @throws Exception if it does not take it
     */
    Object verify(String token) throws Exception;
}
