package org.sipoauth.authz.device;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.device.SecurityProfile.Mode;
import org.sipoauth.authz.device.SecurityProfile.Transport;
import org.sipoauth.authz.redis.Expected;
import org.sipoauth.authz.redis.RecordChanged;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The phone security profiles for administrators. */
@AdministrationEndpoint
@RequestMapping(SecurityProfilesEndpoint.PATH)
final class SecurityProfilesEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/security-profiles";

    private static final String EXPLANATION =
            "send {\"transport\":\"tls\",\"mode\":\"encrypted\",\"oauth\":true} and nothing else; the transport is udp, tcp or"
                    + " tls, the mode non_secure, authenticated or encrypted";

    private final SecurityProfiles profiles;
    private final Devices devices;
    private final DeviceLogins logins;
    private final Audit audit;

    SecurityProfilesEndpoint(SecurityProfiles profiles, Devices devices, DeviceLogins logins, Audit audit) {
        this.profiles = profiles;
        this.devices = devices;
        this.logins = logins;
        this.audit = audit;
    }

    /** A page of them, by name. */
    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of());
        TreeMap<String, SecurityProfile> all = profiles.all();
        List<SecurityProfile> found = new ArrayList<>(
                page.after().map(after -> all.tailMap(after, false)).orElse(all).values());
        List<SecurityProfile> shown = found.subList(0, Math.min(page.limit(), found.size()));
        return page.answer(
                "security_profiles",
                shown.stream().map(this::json).toList(),
                shown.stream().map(SecurityProfile::name).toList());
    }

    @GetMapping("/{name}")
    ResponseEntity<Map<String, Object>> show(@PathVariable String name) {
        SecurityProfile profile = profiles.find(name).orElseThrow(SecurityProfilesEndpoint::unknown);
        return ResponseEntity.ok()
                .eTag(Preconditions.entityTag(profile.revision()))
                .body(json(profile));
    }

    /**
     * Without OAuth, the devices that refer to it get no more tokens at once, and their logins end in the background.
     *
     * @param body {@code transport}, {@code mode}, {@code oauth}
     */
    @PutMapping("/{name}")
    ResponseEntity<Map<String, Object>> put(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Expected expected = Preconditions.of(headers);
        SecurityProfile profile = read(name, body);
        Optional<SecurityProfile> before = save(profile, expected);
        audit.event("security_profile_saved")
                .with("by", who.getName())
                .with("security_profile", name)
                .changed(before.map(SecurityProfilesEndpoint::members).orElse(Map.of()), members(profile))
                .keep();
        ResponseEntity.BodyBuilder answer =
                before.isPresent() ? ResponseEntity.ok() : ResponseEntity.created(URI.create(PATH + "/" + name));
        return answer.eTag(Preconditions.entityTag(profile.revision())).body(json(profile));
    }

    private Optional<SecurityProfile> save(SecurityProfile profile, Expected expected) {
        if (profile.oauth()) {
            Optional<SecurityProfile> before = profiles.save(profile, expected);
            logins.stopForProfile(profile.name());
            return before;
        }
        Optional<SecurityProfile> now = profiles.find(profile.name());
        expected.require(now.map(SecurityProfile::revision));
        boolean hadOauth = now.filter(SecurityProfile::oauth).isPresent();
        Optional<DeviceLogins.Order> order = hadOauth
                ? Optional.of(logins.orderForProfile(profile.name(), "device's profile is without OAuth"))
                : Optional.empty();
        try {
            return profiles.save(profile, expected);
        } catch (RequestRefused | RecordChanged notMade) {
            order.ifPresent(DeviceLogins.Order::withdraw);
            throw notMade;
        }
    }

    /** Only one that no device refers to. */
    @DeleteMapping("/{name}")
    ResponseEntity<Void> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        Expected expected = Preconditions.of(headers);
        requireUnused(name);
        SecurityProfile removed = profiles.remove(name, expected).orElseThrow(SecurityProfilesEndpoint::unknown);
        audit.event("security_profile_removed")
                .with("by", who.getName())
                .with("security_profile", name)
                .changed(members(removed), Map.of())
                .keep();
        return ResponseEntity.noContent().build();
    }

    private void requireUnused(String name) {
        Optional<String> after = Optional.empty();
        do {
            List<String> page = devices.namesOfProfile(name, after, 100);
            for (String device : page) {
                if (devices.find(device)
                        .filter(found -> found.securityProfile().equals(name))
                        .isPresent()) {
                    throw new RequestRefused(
                            HttpStatus.CONFLICT,
                            "devices refer to this profile: list them with /devices?security_profile=" + name
                                    + " and give them another first");
                }
            }
            after = page.isEmpty() ? Optional.empty() : Optional.of(page.get(page.size() - 1));
        } while (after.isPresent());
    }

    private static SecurityProfile read(String name, Map<String, @Nullable Object> body) {
        Members members = new Members(body, EXPLANATION);
        Transport transport = constant(Transport.class, members.text("transport"), members);
        Mode mode = constant(Mode.class, members.text("mode"), members);
        boolean oauth = members.flag("oauth");
        members.end();
        return new SecurityProfile(name, transport, mode, oauth);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text, Members members) {
        for (E constant : type.getEnumConstants()) {
            if (small(constant).equals(text)) {
                return constant;
            }
        }
        throw members.refusal();
    }

    /** {@code ending_logins}, while it lasts: {@code since} when, and how many were {@code revoked}. */
    private static Map<String, Object> members(SecurityProfile profile) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("transport", small(profile.transport()));
        members.put("mode", small(profile.mode()));
        members.put("oauth", profile.oauth());
        return members;
    }

    private Map<String, Object> json(SecurityProfile profile) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", profile.name());
        json.putAll(members(profile));
        json.put("built_in", SecurityProfile.isBuiltIn(profile.name()));
        if (!profile.oauth()) {
            logins.progress(profile.name())
                    .ifPresent(progress -> json.put(
                            "ending_logins",
                            Map.of("begun_before", progress.since().toString(), "revoked", progress.revoked())));
        }
        return json;
    }

    private static String small(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static RequestRefused unknown() {
        return new RequestRefused(
                HttpStatus.NOT_FOUND, "there is no security profile of this name; list them for their names");
    }
}
