/**
 * A replica that has lost the last second takes over as master: no phone is locked out, no acknowledged login or revocation
 * is lost. {@link org.sipoauth.benchmarks.failover.Failovers} is the program.
 */
@NullMarked
package org.sipoauth.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
