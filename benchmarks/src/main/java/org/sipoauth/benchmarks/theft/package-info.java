/**
 * Stolen refresh tokens: each replay is found, ends the login, and is known to an offline verifier within one
 * poll after the server's next look at the store. {@link org.sipoauth.benchmarks.theft.StolenTokens} is the program.
 */
@NullMarked
package org.sipoauth.benchmarks.theft;

import org.jspecify.annotations.NullMarked;
