package org.sipoauth.benchmarks.registrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The run in short, with bindings in Redis: fewer phones, and no more of the steady state than shows that it is measured. */
class RegistrationStormIT {

    @Test
    void everyPhoneIsBackAfterARestart() throws Exception {
        RegistrationStorm.Plan plan =
                new RegistrationStorm.Plan(300, 300, Duration.ofSeconds(20), Duration.ofSeconds(2), true);

        RegistrationStorm.Seen seen = RegistrationStorm.run(plan, System.out);

        assertThat(seen.failures()).as(seen.storm().toString()).isZero();
        assertThat(seen.storm())
                .containsEntry("registeredAtTheEnd", 300L)
                .hasEntrySatisfying(
                        "connections", made -> assertThat((Long) made).isGreaterThanOrEqualTo(600))
                .hasEntrySatisfying(
                        "connectionsLost", lost -> assertThat((Long) lost).isGreaterThanOrEqualTo(300));
    }
}
