package org.sipoauth.authz.device;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.Members;
import org.sipoauth.authz.administration.PageRequest;
import org.sipoauth.authz.administration.Preconditions;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.audit.Audit;
import org.sipoauth.authz.redis.Expected;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The devices for administrators, one by one and as a file for spreadsheets. */
@AdministrationEndpoint
@RequestMapping(DevicesEndpoint.PATH)
final class DevicesEndpoint {
    static final String PATH = AdministrationEndpoint.PATH + "/devices";

    private static final String CSV = "text/csv";
    private static final String DRY_RUN = "dry-run";
    private static final int EXPORT_PAGE = 500;

    private final Devices devices;
    private final DeviceChanges changes;
    private final Audit audit;

    DevicesEndpoint(Devices devices, DeviceChanges changes, Audit audit) {
        this.devices = devices;
        this.changes = changes;
        this.audit = audit;
    }

    /** A page of them, by name. @param parameters {@code owner} or {@code security_profile}; those of a page */
    @GetMapping
    Map<String, Object> list(@RequestParam MultiValueMap<String, String> parameters) {
        PageRequest page = PageRequest.of(parameters, Set.of("owner", "security_profile"));
        Optional<String> owner = Optional.ofNullable(parameters.getFirst("owner"));
        Optional<String> profile = Optional.ofNullable(parameters.getFirst("security_profile"));
        List<String> names;
        if (owner.isPresent()) {
            names = devices.namesOfOwner(owner.get(), page.after(), page.limit());
        } else if (profile.isPresent()) {
            names = devices.namesOfProfile(profile.get(), page.after(), page.limit());
        } else {
            names = devices.names(page.after(), page.limit());
        }
        List<Map<String, Object>> found = devices.find(names).stream()
                .filter(device -> owner.isEmpty() || owner.get().equalsIgnoreCase(device.owner()))
                .filter(device -> profile.isEmpty() || profile.get().equals(device.securityProfile()))
                .map(DeviceChanges::json)
                .toList();
        return page.answer("devices", found, names);
    }

    @GetMapping("/{name}")
    ResponseEntity<Map<String, Object>> show(@PathVariable String name) {
        StoredDevice found = devices.findStored(name).orElseThrow(DevicesEndpoint::unknown);
        return ResponseEntity.ok()
                .eTag(Preconditions.entityTag(found.revision()))
                .body(DeviceChanges.json(found.device()));
    }

    /** @param body {@code owner}, {@code addresses_of_record}; if wanted {@code security_profile} and {@code enabled} */
    @PutMapping("/{name}")
    ResponseEntity<Map<String, Object>> put(
            @PathVariable String name,
            @RequestBody Map<String, @Nullable Object> body,
            @RequestHeader HttpHeaders headers,
            Authentication who) {
        Expected expected = Preconditions.of(headers);
        DeviceChanges.Saved saved = changes.save(read(name, body), expected, who.getName());
        ResponseEntity.BodyBuilder answer = saved.before().isPresent()
                ? ResponseEntity.ok()
                : ResponseEntity.created(URI.create(PATH + "/" + name));
        return answer.eTag(Preconditions.entityTag(saved.stored().revision()))
                .body(DeviceChanges.json(saved.stored().device()));
    }

    /** Its logins end at once. */
    @DeleteMapping("/{name}")
    ResponseEntity<Void> remove(@PathVariable String name, @RequestHeader HttpHeaders headers, Authentication who) {
        changes.remove(name, Preconditions.of(headers), who.getName()).orElseThrow(DevicesEndpoint::unknown);
        return ResponseEntity.noContent().build();
    }

    /** All of them, in the form that {@link #importAll} takes. */
    @GetMapping(value = "/export", produces = CSV)
    void export(@RequestParam MultiValueMap<String, String> parameters, HttpServletResponse response)
            throws IOException {
        if (!parameters.isEmpty()) {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, "an export takes no parameters: it has all devices");
        }
        List<String> page = devices.names(Optional.empty(), EXPORT_PAGE);
        response.setContentType(CSV + ";charset=utf-8;header=present");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment().filename("devices.csv").build().toString());
        try (Writer writer = new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8)) {
            writer.write(DeviceCsv.header());
            while (!page.isEmpty()) {
                for (String name : page) {
                    Optional<Device> device = devices.find(name);
                    if (device.isPresent()) {
                        writer.write(DeviceCsv.line(device.get()));
                    }
                }
                page = devices.names(Optional.of(page.get(page.size() - 1)), EXPORT_PAGE);
            }
        }
    }

    /**
     * Creates or replaces every device of a file, or none of them if there is anything wrong with any.
     *
     * @param parameters {@code dry-run}: only tells what would be done
     */
    @PostMapping(value = "/import", consumes = CSV)
    Map<String, Object> importAll(
            @RequestParam MultiValueMap<String, String> parameters,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) MediaType type,
            InputStream body,
            Authentication who)
            throws IOException, DeviceCsv.Faulty {
        boolean dryRun = isDryRun(parameters);
        Charset charset = type.getCharset();
        if (charset != null && !charset.equals(StandardCharsets.UTF_8)) {
            throw new RequestRefused(HttpStatus.BAD_REQUEST, "send it as text/csv in UTF-8");
        }
        byte[] file = body.readNBytes(DeviceCsv.MOST_BYTES + 1);
        if (file.length > DeviceCsv.MOST_BYTES) {
            throw new RequestRefused(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "an import has at most " + DeviceCsv.MOST_BYTES + " bytes: send it in parts");
        }
        List<DeviceCsv.Row> rows = DeviceCsv.read(file);
        int there = requireAllFit(rows);
        if (!dryRun) {
            for (DeviceCsv.Row row : rows) {
                changes.save(row.device(), Expected.ANYTHING);
                record("device_saved", who)
                        .with("device", row.device().name())
                        .changed(Map.of(), DeviceChanges.json(row.device()))
                        .write(); // so many would push all else out of the trail
            }
            record("devices_imported", who)
                    .with("created", rows.size() - there)
                    .with("replaced", there)
                    .keep();
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("created", rows.size() - there);
        json.put("replaced", there);
        json.put("dry_run", dryRun);
        return json;
    }

    private static boolean isDryRun(MultiValueMap<String, String> parameters) {
        if (parameters.isEmpty()) {
            return false;
        }
        List<@Nullable String> values = parameters.get(DRY_RUN);
        if (parameters.size() == 1
                && values != null
                && values.size() == 1
                && (values.get(0) == null
                        || values.get(0).isEmpty()
                        || values.get(0).equals("true"))) {
            return true;
        }
        throw new RequestRefused(HttpStatus.BAD_REQUEST, "the only parameter is dry-run, without a value");
    }

    /** @return how many of the devices there are already */
    private int requireAllFit(List<DeviceCsv.Row> rows) throws DeviceCsv.Faulty {
        List<DeviceCsv.Fault> faults = new ArrayList<>();
        Set<String> profiles = changes.profileNames();
        int there = 0;
        for (DeviceCsv.Row row : rows) {
            Optional<StoredDevice> stored = devices.findInAnyCase(row.device().name());
            there += stored.isPresent() ? 1 : 0;
            try {
                changes.requireNoTwin(row.device(), stored);
            } catch (RequestRefused twin) {
                faults.add(new DeviceCsv.Fault(row.line(), "name", String.valueOf(twin.getMessage())));
            }
            if (!profiles.contains(row.device().securityProfile())) {
                faults.add(new DeviceCsv.Fault(row.line(), "security_profile", DeviceChanges.NO_SUCH_PROFILE));
            }
        }
        if (!faults.isEmpty()) {
            throw new DeviceCsv.Faulty(faults);
        }
        return there;
    }

    /** The problem document has the member {@code errors}: for each its {@code line}, {@code column} and {@code detail}. */
    @ExceptionHandler
    ProblemDetail faulty(DeviceCsv.Faulty file) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "nothing was imported: put right what errors names, and send the whole file again");
        problem.setProperty(
                "errors", file.faults().stream().map(DevicesEndpoint::json).toList());
        return problem;
    }

    private static Device read(String name, Map<String, @Nullable Object> body) {
        Members members = new Members(
                body,
                "send {\"owner\":\"alice\",\"addresses_of_record\":[\"sip:1001@example.com\"]}; if wanted, beside these"
                        + " security_profile, a string, and enabled, true or false; nothing else");
        Device device = new Device(
                name,
                members.text("owner"),
                members.texts("addresses_of_record"),
                members.optionalText("security_profile").orElse(SecurityProfile.WITH_OAUTH),
                members.optionalFlag("enabled").orElse(true));
        members.end();
        return device;
    }

    private static Map<String, Object> json(DeviceCsv.Fault fault) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("line", fault.line());
        json.put("column", fault.column());
        json.put("detail", fault.detail());
        return json;
    }

    private Audit.Entry record(String event, Authentication who) {
        return audit.event(event).with("by", who.getName());
    }

    private static RequestRefused unknown() {
        return new RequestRefused(
                HttpStatus.NOT_FOUND, "there is no device of this name; list the devices for their names");
    }
}
