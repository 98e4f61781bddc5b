package org.sipoauth.benchmarks.lostresponse;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.sipoauth.benchmarks.platform.Http;
import org.sipoauth.benchmarks.platform.TokenEndpoint;
import org.sipoauth.benchmarks.platform.Violations;

/**
 * Tries to go on with two tokens of one login: presents every token that left a server and was not used yet, in random
 * order, and what that brings at once again. The {@link Judge} sees the answers. Then replays an old token, after which
 * nothing of the login may be left.
 */
final class Probe {
    private static final int OLD = 5; // generations: older than any that a late copy of a request could show

    final LongAdder logins = new LongAdder();
    final LongAdder strays = new LongAdder();
    final LongAdder replays = new LongAdder();

    private final Servers servers;
    private final Violations<Violation> violations;

    Probe(Servers servers, Violations<Violation> violations) {
        this.servers = servers;
        this.violations = violations;
    }

    /** @param live the token that the phone has saved: whatever else became of it, it must be good until others are tried */
    void examine(Lineage lineage, String live) throws IOException, InterruptedException {
        logins.increment();
        Set<String> unused = new HashSet<>(lineage.unused());
        unused.remove(live);
        List<String> order = new ArrayList<>(unused);
        strays.add(order.size());
        Collections.shuffle(order);
        boolean liveFirst = ThreadLocalRandom.current().nextBoolean();
        order.add(liveFirst ? 0 : ThreadLocalRandom.current().nextInt(order.size() + 1), live);

        String newest = live;
        for (String token : order) {
            Optional<String> successor = present(token);
            if (token.equals(live) && order.get(0).equals(live) && successor.isEmpty()) {
                violations.add(Violation.LOCKED_OUT, lineage + ": at its end the newest token was refused");
            }
            if (successor.isPresent()) {
                newest = present(successor.get()).orElse(newest);
            }
        }
        replay(lineage, newest);
    }

    private void replay(Lineage lineage, String newest) throws IOException, InterruptedException {
        Optional<String> old = lineage.ancestor(newest, OLD);
        if (old.isEmpty()) {
            return;
        }
        replays.increment();
        if (present(old.get()).isPresent() || present(newest).isPresent()) {
            violations.add(Violation.ALIVE_AFTER_REPLAY, lineage.toString());
        }
    }

    /** @return the successor, if this token is good; waits while the servers ask for patience */
    private Optional<String> present(String token) throws IOException, InterruptedException {
        HttpResponse<String> answer = TokenEndpoint.untilDecided(() -> servers.present(token));
        return answer.statusCode() == 200 ? Optional.of(Http.member(answer, "refresh_token")) : Optional.empty();
    }
}
