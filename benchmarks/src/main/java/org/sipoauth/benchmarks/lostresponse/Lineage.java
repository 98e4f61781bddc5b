package org.sipoauth.benchmarks.lostresponse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All refresh tokens of one login that ever left a server: a tree, in which a token's parent is the one it was handed out
 * for. A token is <i>used</i> once a server granted anything for it. The rules, over all time:
 *
 * <ul>
 *   <li>a token has one parent: nobody is given the successor of somebody else's token;
 *   <li>of the children of a token, the youngest alone is live: one that is used after a younger one was handed out, or
 *       beside another used one, is a second live successor. So the used tokens form one line from the first login on.
 * </ul>
 *
 * Thread-safe.
 */
final class Lineage {
    private final String phone;

    // guarded by this
    private final Map<String, Token> tokens = new HashMap<>();
    private boolean forked;

    enum Finding {
        SUCCESSOR,
        /** Handed out for this token before: a lost response or a parallel request. */
        SAME_SUCCESSOR,
        /** Another one than before, which nobody had used: that one is struck out. */
        FRESH_SUCCESSOR,
        FORK,
        SHARED
    }

    private static final class Token {
        final String value;
        final @Nullable Token parent;

        @Nullable
        Token youngestChild;

        @Nullable
        Token usedChild;

        boolean used;

        Token(String value, @Nullable Token parent) {
            this.value = value;
            this.parent = parent;
        }
    }

    Lineage(String phone, String first) {
        this.phone = phone;
        tokens.put(first, new Token(first, null));
    }

    synchronized Finding granted(String presented, String handedOut) {
        Token parent = tokens.get(presented);
        if (parent == null) {
            throw new IllegalArgumentException("not of this login");
        }
        boolean fork = use(parent) && !forked;
        forked |= fork;
        Token child = tokens.get(handedOut);
        if (child != null) {
            return child.parent != parent ? Finding.SHARED : fork ? Finding.FORK : Finding.SAME_SUCCESSOR;
        }
        child = new Token(handedOut, parent);
        tokens.put(handedOut, child);
        boolean first = parent.youngestChild == null;
        parent.youngestChild = child;
        if (fork) {
            return Finding.FORK;
        }
        return first ? Finding.SUCCESSOR : Finding.FRESH_SUCCESSOR;
    }

    /** @return whether another child of its parent was live, too */
    private static boolean use(Token token) {
        if (token.used) {
            return false;
        }
        token.used = true;
        Token parent = token.parent;
        if (parent == null) {
            return false;
        }
        boolean fork = parent.usedChild != null || parent.youngestChild != token;
        parent.usedChild = token;
        return fork;
    }

    /** Tokens that left a server and were never used: lost ones, struck-out ones, and the live one. */
    synchronized List<String> unused() {
        List<String> unused = new ArrayList<>();
        for (Token token : tokens.values()) {
            if (!token.used) {
                unused.add(token.value);
            }
        }
        return unused;
    }

    /** The used token that many generations before this one. */
    synchronized Optional<String> ancestor(String token, int generations) {
        Token ancestor = tokens.get(token);
        for (int i = 0; i < generations && ancestor != null; i++) {
            ancestor = ancestor.parent;
        }
        return Optional.ofNullable(ancestor).map(found -> found.value);
    }

    @Override
    public String toString() {
        return "a login of " + phone;
    }
}
