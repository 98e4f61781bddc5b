/** What a signature and a whole token cost to verify: key tables, the JDK, and native code. */
@NullMarked
package org.sipoauth.benchmarks.verification;

import org.jspecify.annotations.NullMarked;
