/**
 * Refreshes whose answers get lost: no phone is locked out, no login forks. {@link
 * org.sipoauth.benchmarks.lostresponse.LostResponses} and {@link
 * org.sipoauth.benchmarks.lostresponse.ParallelRefreshes} are the programs.
 */
@NullMarked
package org.sipoauth.benchmarks.lostresponse;

import org.jspecify.annotations.NullMarked;
