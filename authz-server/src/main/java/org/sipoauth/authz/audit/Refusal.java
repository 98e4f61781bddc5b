package org.sipoauth.authz.audit;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused, for the operator alone: the client is told less.
 *
 * @param outcome one word for programs, such as {@code replayed}
 * @param advice what to do about it, a plain sentence
 * @param named whom and what the request itself names, where that is all there is: nobody has proven it
 */
public record Refusal(
        String outcome, @Nullable String detail, @Nullable String advice, Concerned concerned, Concerned named)
        implements Serializable {

    public Refusal(String outcome, @Nullable String detail, @Nullable String advice, Concerned concerned) {
        this(outcome, detail, advice, concerned, Concerned.NOBODY);
    }

    /** The same, about this client if about no other. */
    public Refusal orClient(String client) {
        return concerned.client() != null
                ? this
                : new Refusal(
                        outcome,
                        detail,
                        advice,
                        new Concerned(concerned.session(), concerned.user(), concerned.device(), client),
                        named);
    }
}
