package org.sipoauth.authz.device;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** The devices, one small Redis hash each. */
@Component
public final class Devices {
    private final StringRedisTemplate redis;

    Devices(StringRedisTemplate redis) {
        this.redis = redis;
    }

    public Optional<Device> find(String name) {
        if (!Device.isName(name)) {
            return Optional.empty();
        }
        Map<String, String> fields = redis.<String, String>opsForHash().entries(key(name));
        return fields.isEmpty() ? Optional.empty() : Optional.of(read(name, fields));
    }

    /** The device, if a token may be issued for it to this subscriber: it is theirs, and OAuth is on in its profile. */
    public Optional<Device> findUsable(String name, String subscriber) {
        return find(name).filter(device -> device.owner().equals(subscriber) && device.oauthEnabled());
    }

    public void save(Device device) {
        redis.opsForHash()
                .putAll(
                        key(device.name()),
                        Map.of(
                                "type", device.type().name().toLowerCase(Locale.ROOT),
                                "owner", device.owner(),
                                "aor", String.join(" ", device.addressesOfRecord()),
                                "oauth", Boolean.toString(device.oauthEnabled())));
    }

    private static Device read(String name, Map<String, String> fields) {
        return new Device(
                name,
                DeviceType.valueOf(fields.get("type").toUpperCase(Locale.ROOT)),
                fields.get("owner"),
                List.of(fields.get("aor").split(" ")),
                Boolean.parseBoolean(fields.get("oauth")));
    }

    private static String key(String name) {
        return "device:" + name;
    }
}
