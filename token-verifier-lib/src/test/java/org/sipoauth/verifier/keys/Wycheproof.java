package org.sipoauth.verifier.keys;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The groups of vectors in {@code src/test/resources/wycheproof}, whose README says where they are from. */
final class Wycheproof {
    private static final Path FOLDER = Path.of("src/test/resources/wycheproof");

    private Wycheproof() {}

    static List<Map<String, Object>> groups(String name) throws IOException, ParseException {
        List<Map<String, Object>> groups = new ArrayList<>();
        for (String line : Files.readAllLines(FOLDER.resolve(name + ".jsonl"))) {
            groups.add(JSONObjectUtils.parse(line));
        }
        return groups;
    }

    static List<Map<String, Object>> tests(Map<String, Object> group) throws ParseException {
        return List.of(JSONObjectUtils.getJSONObjectArray(group, "tests"));
    }
}
