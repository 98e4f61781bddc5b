package org.sipoauth.authz.session;

import java.time.Clock;
import java.time.Duration;
import org.sipoauth.authz.device.Devices;
import org.sipoauth.authz.redis.ConfirmedWrites;
import org.sipoauth.authz.refresh.Sessions;
import org.sipoauth.authz.settings.DataDirectory;
import org.sipoauth.authz.settings.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

@Configuration(proxyBeanMethods = false)
class SweepConfiguration {

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
    SweepThread clientSweep(
            ClientRevocations clients, ClientRevocationStore store, Sessions sessions, Clock clock, Settings settings) {
        Duration lookEvery = settings.statusLists().lookEvery();
        return new SweepThread(new ClientSweeper(clients, store, sessions, clock, lookEvery)::turn);
    }

    @Bean
    EndingStore endingStore(StringRedisTemplate redis, ConfirmedWrites confirmed) {
        return new EndingStore(redis, confirmed);
    }

    @Bean
    DeviceEndings deviceEndings(EndingStore store, Sessions sessions, Clock clock) {
        return new DeviceEndings(store, sessions, clock);
    }

    @Bean
    SweepThread deviceSweep(EndingStore store, Devices devices, Sessions sessions, Clock clock) {
        return new SweepThread(new DeviceSweeper(store, devices, sessions, clock)::turn);
    }
}
