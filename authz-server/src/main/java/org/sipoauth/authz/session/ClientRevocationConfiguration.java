package org.sipoauth.authz.session;

import java.time.Clock;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

@Configuration(proxyBeanMethods = false)
class ClientRevocationConfiguration {

    @Bean
    ClientRevocationStore clientRevocationStore(
            StringRedisTemplate redis, ConfirmedWrites confirmed, Settings settings) {
        return new ClientRevocationStore(redis, confirmed, settings.tokens().longestLogin());
    }

    @Bean
    ClientRevocations clientRevocations(ClientRevocationStore store, DataDirectory data, Clock clock) {
        return new ClientRevocations(store, new CutoffFile(data.file("client-revocations")), clock);
    }

    @Bean
    SweepThread sweepThread(ClientRevocations clients, ClientRevocationStore store, Sessions sessions, Clock clock) {
        return new SweepThread(new ClientSweeper(clients, store, sessions, clock));
    }
}
