package org.sipoauth.benchmarks.grants;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Fills the store with logins that have the form of a real one: its record under fresh ids, each with a user and a device
 * of its own, the entries in both indexes, a bit in a status list, all with their time to live. A hundred thousand
 * sign-ins would take hours and leave the same.
 */
final class Population {
    private static final int SHARDS = 64;
    private static final long PERIOD_MILLIS = 30L * 86_400_000;
    private static final int LIST_BITS = 65_536;
    private static final int LIST_CAPACITY = 49_152;

    private final RedisPipe redis;
    private final List<String> fields;
    private final long end;
    private final SplittableRandom random = new SplittableRandom(1);
    private final Set<String> seen = new HashSet<>();
    private final int[] allocated = new int[SHARDS];
    private int size;

    /** @param redis the store of a server that has at least one login */
    Population(RedisPipe redis) throws IOException {
        this.redis = redis;
        this.fields = redis.ask("HGETALL", real(redis));
        this.end = Long.parseLong(field("e"));
    }

    /** The key of a login that the server made. */
    static String real(RedisPipe redis) throws IOException {
        List<String> scan = redis.ask("SCAN", "0", "MATCH", "{s??}:f:*", "COUNT", "1000000");
        return scan.stream()
                .filter(key -> key.contains(":f:"))
                .findFirst()
                .orElseThrow(() -> new IOException("there is no login to copy"));
    }

    /** Adds logins until there are so many; returns the key of the last. */
    String grow(int logins) throws IOException {
        String last = "";
        for (; size < logins; size++) {
            last = add(size);
        }
        redis.ask("PING"); // every command before is done
        return last;
    }

    static String user(int number) {
        return String.format("user%07d", number);
    }

    static String device(int number) {
        return String.format("CSFUSER%07d", number);
    }

    private String add(int number) throws IOException {
        int shard = random.nextInt(SHARDS);
        String tag = (shard < 10 ? "s0" : "s") + shard;
        String id = id();
        String user = user(number);
        String device = device(number);
        String list = end / PERIOD_MILLIS + "." + allocated[shard] / LIST_CAPACITY;
        allocated[shard]++;
        String gone = Long.toString(end + 40 * 86_400_000L);

        String key = "{" + tag + "}:f:" + id;
        List<String> record = new ArrayList<>(List.of("HSET", key));
        for (int i = 0; i < fields.size(); i += 2) {
            record.add(fields.get(i));
            record.add(
                    switch (fields.get(i)) {
                        case "u" -> user;
                        case "d" -> device;
                        case "k" -> id();
                        case "x" -> Integer.toString(random.nextInt(LIST_BITS));
                        default -> fields.get(i + 1);
                    });
        }
        redis.send(record.toArray(String[]::new));
        redis.send("PEXPIREAT", key, Long.toString(end));
        for (String index :
                new String[] {"users:" + bucket(user) + " " + user, "devices:" + bucket(device) + " " + device}) {
            String[] bucketAndName = index.split(" ");
            redis.send("HSET", bucketAndName[0], bucketAndName[1] + " " + tag + "." + id, Long.toString(end / 1000));
            expireOnce(bucketAndName[0], gone);
        }
        String taken = "{" + tag + "}:taken:" + list;
        if (seen.contains(taken)) {
            redis.send("SETBIT", taken, Integer.toString(random.nextInt(LIST_BITS)), "1");
        } else {
            redis.send("SETBIT", taken, Integer.toString(LIST_BITS - 1), "1");
            expireOnce(taken, gone);
        }
        redis.send("HINCRBY", "{" + tag + "}:status", list, "1");
        expireOnce("{" + tag + "}:status", gone);
        return key;
    }

    private void expireOnce(String key, String at) throws IOException {
        if (seen.add(key)) {
            redis.send("PEXPIREAT", key, at);
        }
    }

    private String id() {
        byte[] id = new byte[16];
        for (int i = 0; i < id.length; i++) {
            id[i] = (byte) random.nextInt();
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }

    private String field(String name) throws IOException {
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equals(name)) {
                return fields.get(i + 1);
            }
        }
        throw new IOException("a login without " + name);
    }

    /** As the server: the first 13 bits of the name's SHA-256. */
    private static int bucket(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return (digest[0] & 0xff) << 5 | (digest[1] & 0xff) >> 3;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
