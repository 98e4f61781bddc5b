package org.sipoauth.authz.device;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Devices as comma-separated values (RFC 4180) in UTF-8: a header line with the names of the columns in any order, then a
 * line for each device, its addresses-of-record in one field with blanks between. What is written can be read again.
 *
 * <p>Safe in a spreadsheet: none of the fields can begin with {@code =}, {@code +}, {@code -} or {@code @}, which would
 * make it a formula there, for no name, owner, address or profile can.
 */
final class DeviceCsv {
    /** Most devices in one import. */
    static final int MOST_DEVICES = 5_000;
    /** Of one import. */
    static final int MOST_BYTES = 1024 * 1024;

    private static final int MOST_ERRORS = 100;

    private static final String NAME = "name";
    private static final String OWNER = "owner";
    private static final String ADDRESSES = "addresses_of_record";
    private static final String PROFILE = "security_profile";
    private static final String ENABLED = "enabled";
    private static final List<String> COLUMNS = List.of(NAME, OWNER, ADDRESSES, PROFILE, ENABLED);
    private static final Set<String> REQUIRED = Set.of(NAME, OWNER, ADDRESSES);

    private static final List<String> BLANK = List.of("");

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private DeviceCsv() {}

    /** A device and where it was read. */
    record Row(int line, Device device) {}

    /**
     * What is wrong with a file, and where.
     *
     * @param line from 1, the header's
     * @param column by its name; "" for the line as a whole
     */
    record Fault(int line, String column, String detail) {}

    /** A file that is no good; nothing of it is used. */
    static final class Faulty extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient List<Fault> faults;

        Faulty(List<Fault> faults) {
            super("faulty", null, false, false);
            this.faults = List.copyOf(faults.subList(0, Math.min(MOST_ERRORS, faults.size())));
        }

        Faulty(int line, String column, String detail) {
            this(List.of(new Fault(line, column, detail)));
        }

        /** In the order of the file; the first {@value #MOST_ERRORS}. */
        List<Fault> faults() {
            return faults;
        }
    }

    static String header() {
        return line(COLUMNS);
    }

    static String line(Device device) {
        return line(List.of(
                device.name(),
                device.owner(),
                String.join(" ", device.addressesOfRecord()),
                device.securityProfile(),
                Boolean.toString(device.enabled())));
    }

    private static String line(List<String> fields) {
        return fields.stream()
                .map(field -> field.indexOf(',') < 0 ? field : '"' + field + '"') // none has quotes or line breaks
                .collect(Collectors.joining(",", "", "\r\n"));
    }

    /** @throws Faulty if there is anything wrong with any line */
    static List<Row> read(byte[] file) throws Faulty {
        CsvReader lines = new CsvReader(text(file));
        List<String> header = lines.next();
        requireColumns(header);
        List<Fault> faults = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        try {
            for (List<String> fields = lines.next(); !fields.isEmpty(); fields = lines.next()) {
                if (rows.size() == MOST_DEVICES) {
                    throw new Faulty(
                            lines.line(),
                            "",
                            "an import has at most " + MOST_DEVICES + " devices: send the rest apart");
                }
                if (!fields.equals(BLANK)) { // as the last lines of some files are
                    read(fields, lines.line(), header, seen, rows, faults);
                }
            }
        } catch (Faulty rest) { // there is no telling what stands in the lines that follow
            faults.addAll(rest.faults());
        }
        if (!faults.isEmpty()) {
            throw new Faulty(faults);
        }
        return rows;
    }

    private static String text(byte[] file) throws Faulty {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file))
                    .toString();
            return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        } catch (CharacterCodingException other) {
            throw new Faulty(1, "", "this is not UTF-8: have the spreadsheet save it as \"CSV UTF-8\"");
        }
    }

    private static void requireColumns(List<String> header) throws Faulty {
        Set<String> names = new HashSet<>(header);
        if (names.size() != header.size() || !COLUMNS.containsAll(names) || !names.containsAll(REQUIRED)) {
            throw new Faulty(1, "", explainHeader());
        }
    }

    private static String explainHeader() {
        return "the first line names the columns, with commas between: " + String.join(",", COLUMNS)
                + ", each once; the last two can be left out";
    }

    private static void read(
            List<String> record, int line, List<String> header, Set<String> seen, List<Row> rows, List<Fault> faults) {
        if (record.size() != header.size()) {
            faults.add(new Fault(
                    line,
                    "",
                    "the line has " + record.size() + " fields, and the header " + header.size()
                            + ": put a field that has commas in quotes"));
            return;
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            fields.put(header.get(i), record.get(i));
        }
        String name = fields.getOrDefault(NAME, "");
        String owner = fields.getOrDefault(OWNER, "");
        List<String> addresses =
                List.of(fields.getOrDefault(ADDRESSES, "").strip().split(" +"));
        String profile = nonEmpty(fields, PROFILE, SecurityProfile.WITH_OAUTH);
        String enabled = nonEmpty(fields, ENABLED, "true").toLowerCase(Locale.ROOT); // spreadsheets like TRUE

        int before = faults.size();
        check(line, NAME, Device::requireName, name, faults);
        check(line, OWNER, Device::requireOwner, owner, faults);
        check(line, ADDRESSES, Device::requireAddresses, addresses, faults);
        check(line, PROFILE, SecurityProfile::requireName, profile, faults);
        if (!enabled.equals("true") && !enabled.equals("false")) {
            faults.add(new Fault(line, ENABLED, "write true or false"));
        }
        if (!seen.add(name.toUpperCase(Locale.ROOT))) {
            faults.add(new Fault(line, NAME, "a line before has this name already: leave one of them"));
        }
        if (faults.size() == before) {
            rows.add(new Row(line, new Device(name, owner, addresses, profile, Boolean.parseBoolean(enabled))));
        }
    }

    private static String nonEmpty(Map<String, String> fields, String column, String otherwise) {
        String value = fields.getOrDefault(column, "");
        return value.isEmpty() ? otherwise : value;
    }

    private static <T> void check(int line, String column, Consumer<T> rule, T value, List<Fault> faults) {
        try {
            rule.accept(value);
        } catch (IllegalArgumentException broken) {
            faults.add(new Fault(line, column, String.valueOf(broken.getMessage())));
        }
    }
}
