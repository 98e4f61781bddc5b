package org.sipoauth.benchmarks.lostresponse;

import java.time.Duration;

/**
 * How many refreshes, and how badly they fare.
 *
 * @param refreshes answers of the servers, lost ones included
 * @param losePercent of these answers are lost on the way
 * @param latePercent of the phones that lost one come back after 50 to 100 seconds, the others within 3
 * @param think the longest time from an answer to the phone's next refresh
 * @param refreshesALogin after about so many a phone signs in anew, and its old login is put to the probe
 * @param killEvery the mean time from a server's readiness to its end by SIGKILL; zero: none is killed
 * @param kills at least so many are waited for
 * @param limit ends the run, as a failure
 */
record Plan(
        int phones,
        int refreshes,
        int losePercent,
        int latePercent,
        Duration think,
        int refreshesALogin,
        Duration killEvery,
        int kills,
        Duration limit) {}
