/** What somebody who means harm sends to a verifier: anything at all, and floods of tokens. */
@NullMarked
package org.sipoauth.benchmarks.hostile;

import org.jspecify.annotations.NullMarked;
