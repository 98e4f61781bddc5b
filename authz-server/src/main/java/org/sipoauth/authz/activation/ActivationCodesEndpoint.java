package org.sipoauth.authz.activation;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sipoauth.authz.activation.ActivationCodeChanges.NewCode;
import org.sipoauth.authz.administration.AdministrationEndpoint;
import org.sipoauth.authz.administration.RequestRefused;
import org.sipoauth.authz.device.Device;
import org.sipoauth.authz.device.Devices;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * Makes and ends activation codes. A code is in the answer that makes it, and nowhere else. If the store does not confirm
 * one, nobody has it, and the one before may be gone: the same request makes another.
 */
@AdministrationEndpoint
@RequestMapping(AdministrationEndpoint.PATH)
final class ActivationCodesEndpoint {
    private static final MediaType CSV = new MediaType("text", "csv");

    private final ActivationCodeChanges changes;
    private final Devices devices;

    ActivationCodesEndpoint(ActivationCodeChanges changes, Devices devices) {
        this.changes = changes;
        this.devices = devices;
    }

    /** A list that is not taken, as a whole. */
    private static final class BadRows extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<DeviceList.RowError> errors;

        BadRows(List<DeviceList.RowError> errors) {
            super("bad rows", null, false, false);
            this.errors = errors;
        }
    }

    /** A code for one device, in place of the one that it has. */
    @PostMapping("/devices/{name}/activation-code")
    ResponseEntity<Map<String, Object>> create(@PathVariable String name, Authentication who) {
        requireOffered();
        Device device = devices.find(name)
                .orElseThrow(() -> new RequestRefused(HttpStatus.NOT_FOUND, "there is no device " + shown(name)));
        changes.objection(device).ifPresent(objection -> {
            throw new RequestRefused(HttpStatus.CONFLICT, objection);
        });
        return ResponseEntity.status(HttpStatus.CREATED).body(json(changes.create(device, who.getName())));
    }

    /** Nobody can use the device's code any more. */
    @DeleteMapping("/devices/{name}/activation-code")
    ResponseEntity<Void> remove(@PathVariable String name, Authentication who) {
        Optional<Device> device = devices.find(name);
        String key = device.map(Device::name).orElse(name);
        if (!Device.isName(key) || !changes.remove(key, device.map(Device::owner), who.getName())) {
            throw new RequestRefused(
                    HttpStatus.NOT_FOUND,
                    "the device has no activation code that could still be used; to end a login that one began, revoke the"
                            + " session");
        }
        return ResponseEntity.noContent().build();
    }

    /**
     * Codes for many devices, or for none if there can be none for one of them.
     *
     * @param accept {@code text/csv} for an answer in CSV (RFC 4180), else JSON
     */
    @PostMapping("/activation-codes")
    ResponseEntity<?> createAll(
            @RequestHeader(name = HttpHeaders.CONTENT_TYPE, defaultValue = "") String contentType,
            @RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = "*/*") String accept,
            HttpServletRequest request,
            Authentication who)
            throws IOException {
        requireOffered();
        byte[] body = request.getInputStream().readNBytes(DeviceList.LONGEST_BODY + 1);
        DeviceList list = isCsv(contentType) ? DeviceList.parseCsv(body) : DeviceList.parseJson(body);
        List<Device> found = requireAll(list);
        List<NewCode> created = new ArrayList<>();
        for (Device device : found) {
            created.add(changes.create(device, who.getName()));
        }
        return isCsv(accept)
                ? ResponseEntity.status(HttpStatus.CREATED).contentType(CSV).body(csv(created))
                : ResponseEntity.status(HttpStatus.CREATED)
                        .body(Map.of(
                                "activation_codes",
                                created.stream()
                                        .map(ActivationCodesEndpoint::json)
                                        .toList()));
    }

    private List<Device> requireAll(DeviceList list) {
        List<Device> found = new ArrayList<>();
        List<DeviceList.RowError> errors = new ArrayList<>(list.errors());
        for (DeviceList.Row row : list.rows()) {
            Optional<Device> device = devices.find(row.device());
            Optional<String> objection =
                    device.isEmpty() ? Optional.of("there is no such device") : device.flatMap(changes::objection);
            objection.ifPresentOrElse(
                    detail -> errors.add(new DeviceList.RowError(row.number(), row.device(), detail)),
                    () -> found.add(device.orElseThrow()));
        }
        if (!errors.isEmpty()) {
            throw new BadRows(errors);
        }
        return found;
    }

    private void requireOffered() {
        if (!changes.areOffered()) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    "activation codes are not among the ways in; add activation-code to sipoauth.desk-phones.ways");
        }
    }

    @ExceptionHandler
    ProblemDetail badRows(BadRows refused) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST,
                "no code was made: " + refused.errors.size() + " of the devices cannot have one; see errors");
        problem.setProperty(
                "errors",
                refused.errors.stream()
                        .limit(DeviceList.MOST_ERRORS)
                        .map(error -> Map.of("row", error.row(), "device", error.device(), "detail", error.detail()))
                        .toList());
        return problem;
    }

    private static boolean isCsv(String mediaTypes) {
        return MediaType.parseMediaTypes(mediaTypes).stream().anyMatch(type -> type.equalsTypeAndSubtype(CSV));
    }

    private static Map<String, Object> json(NewCode created) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("device", created.device());
        json.put("activation_code", created.code());
        json.put("expires_at", created.expiresAt().toString());
        return json;
    }

    private static String csv(List<NewCode> created) {
        StringBuilder csv = new StringBuilder("device,activation_code,expires_at\r\n");
        for (NewCode one : created) {
            csv.append(one.device())
                    .append(',')
                    .append(one.code())
                    .append(',')
                    .append(one.expiresAt())
                    .append("\r\n");
        }
        return csv.toString();
    }

    private static String shown(String name) {
        return Device.isName(name) ? name : "of that name";
    }
}
