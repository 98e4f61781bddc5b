/** Guessing of passwords, user codes and client secrets at full rate, and who else notices. */
@NullMarked
package org.sipoauth.benchmarks.guessing;

import org.jspecify.annotations.NullMarked;
