package org.sipoauth.benchmarks.failover;

import java.util.concurrent.atomic.LongAdder;

/** What was done. */
final class Counts {
    final LongAdder refreshes = new LongAdder();
    final LongAdder refreshesToRepeat = new LongAdder();
    final LongAdder signInsFailed = new LongAdder();
    final LongAdder revocationsToRepeat = new LongAdder();
}
