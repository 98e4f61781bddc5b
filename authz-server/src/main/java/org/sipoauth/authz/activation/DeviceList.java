package org.sipoauth.authz.activation;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sipoauth.authz.device.Device;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The devices that codes are asked for.
 *
 * @param rows that could be devices
 * @param errors of those that could not
 */
record DeviceList(List<Row> rows, List<RowError> errors) {
    static final int MOST_ROWS = 1_000;
    /** Of those that an answer tells. */
    static final int MOST_ERRORS = 100;
    /** In bytes: as many rows as there may be fit, with room. */
    static final int LONGEST_BODY = 128 * 1024;

    private static final String HEADER = "device";
    private static final String EXPLANATION =
            "send {\"devices\":[\"SEP00005E005301\"]} and nothing else, or text/csv with a"
                    + " device's name on each line; 1 to " + MOST_ROWS + " devices, 128 KiB at most";
    private static final JsonMapper JSON = new JsonMapper();

    /** @param number of the line in CSV, from 1, or the place in the array, from 1 */
    record Row(int number, String device) {}

    record RowError(int row, String device, String detail) {}

    /** @throws IllegalArgumentException if it is no such list; the message says what to send */
    static DeviceList parseJson(byte[] body) {
        JsonNode json = readJson(body);
        if (!json.isObject() || json.size() != 1 || !json.path("devices").isArray()) {
            throw new IllegalArgumentException(EXPLANATION);
        }
        List<Row> rows = new ArrayList<>();
        for (JsonNode name : json.path("devices")) {
            if (!name.isString()) {
                throw new IllegalArgumentException(EXPLANATION);
            }
            rows.add(new Row(rows.size() + 1, name.stringValue()));
        }
        return of(rows);
    }

    /**
     * One name a line, under a line {@code device} or none.
     *
     * @throws IllegalArgumentException if it is no such list; the message says what to send
     */
    static DeviceList parseCsv(byte[] body) {
        List<String> lines = text(body).lines().map(String::strip).toList();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean isHeader = rows.isEmpty() && line.equalsIgnoreCase(HEADER);
            if (!line.isEmpty() && !isHeader) {
                rows.add(new Row(i + 1, line));
            }
        }
        return of(rows);
    }

    private static DeviceList of(List<Row> rows) {
        if (rows.isEmpty() || rows.size() > MOST_ROWS) {
            throw new IllegalArgumentException("there are " + rows.size() + " devices; " + EXPLANATION);
        }
        Map<String, Integer> seen = new HashMap<>();
        List<Row> good = new ArrayList<>();
        List<RowError> errors = new ArrayList<>();
        for (Row row : rows) {
            Integer before = seen.putIfAbsent(row.device(), row.number());
            if (!Device.isName(row.device())) {
                errors.add(new RowError(row.number(), "", "not a device name"));
            } else if (before != null) {
                errors.add(new RowError(row.number(), row.device(), "is in row " + before + " already"));
            } else {
                good.add(row);
            }
        }
        return new DeviceList(good, errors);
    }

    private static JsonNode readJson(byte[] body) {
        try {
            return JSON.readTree(text(body));
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException(EXPLANATION);
        }
    }

    private static String text(byte[] body) {
        if (body.length > LONGEST_BODY) {
            throw new IllegalArgumentException(EXPLANATION);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text; // as spreadsheets save it
        } catch (CharacterCodingException notUtf8) {
            throw new IllegalArgumentException(EXPLANATION);
        }
    }
}
