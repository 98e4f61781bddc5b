package org.sipoauth.authz.audit;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A record as a syslog message (RFC 5424): its header says when and what, and its text is the record, unchanged. */
final class SyslogMessage {
    /** "Log audit" (13), severity "informational" (6): RFC 5424 §6.2.1. */
    private static final int PRIORITY = 13 * 8 + 6;

    private static final String APPLICATION = "authz-server";
    private static final int LONGEST_HOSTNAME = 255;
    private static final int LONGEST_MESSAGE_ID = 32;
    private static final String NIL = "-";
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> RECORD = new TypeReference<>() {};

    private SyslogMessage() {}

    /**
     * With its length in front: octet counting (RFC 6587 §3.4.1), the one framing of RFC 5425 §4.3. The text has no byte
     * order mark, which programs that read JSON take for a fault.
     *
     * @param hostname of this machine
     * @param record a JSON object with the members {@code event} and {@code at}
     */
    static byte[] framed(String hostname, long processId, String record) {
        Map<String, Object> members = JSON.readValue(record, RECORD);
        String message = "<" + PRIORITY + ">1 "
                + printable(members.get("at"), Integer.MAX_VALUE) + ' '
                + printable(hostname, LONGEST_HOSTNAME) + ' '
                + APPLICATION + ' '
                + processId + ' '
                + printable(members.get("event"), LONGEST_MESSAGE_ID) + ' '
                + NIL + ' '
                + record;
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        byte[] length = (bytes.length + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[length.length + bytes.length];
        System.arraycopy(length, 0, frame, 0, length.length);
        System.arraycopy(bytes, 0, frame, length.length, bytes.length);
        return frame;
    }

    /** PRINTUSASCII (RFC 5424 §6), which has no blank. */
    private static String printable(Object value, int longest) {
        String text = String.valueOf(value).replaceAll("[^!-~]", "");
        return text.isEmpty() ? NIL : text.substring(0, Math.min(longest, text.length()));
    }
}
