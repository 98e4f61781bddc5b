package org.sipoauth.authz.directory;

import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.sipoauth.authz.settings.Settings;
import org.sipoauth.authz.settings.StartupRefused;
import org.sipoauth.authz.subscriber.Account.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a directory whether a name and a password are those of somebody who may sign in: finds their entry, sees whether
 * they are of the group, and then binds as them (RFC 4513 §5.1.3). Outside of the group no password is tried, so nobody
 * can guess one here, nor lock out by failed binds, who has no business here. Referrals are not followed.
 */
public final class Directory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final String NO_ATTRIBUTES = "1.1"; // RFC 4511 §4.5.1.8

    /** Stands for what is typed, in a filter that is taken apart. */
    private static final String TYPED = "what-is-typed";

    /** RFC 4511 appendix A: answers to a bind that are about this person rather than about the directory. */
    private static final Set<ResultCode> REFUSALS = Set.of(
            ResultCode.INVALID_CREDENTIALS,
            ResultCode.INAPPROPRIATE_AUTHENTICATION,
            ResultCode.CONSTRAINT_VIOLATION,
            ResultCode.UNWILLING_TO_PERFORM,
            ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
            ResultCode.NO_SUCH_OBJECT);

    private final Settings.Ldap ldap;
    private final LDAPConnectionPool pool;
    private final Filter anybody;
    private final Counter answered;
    private final Counter unanswered;
    private final AtomicBoolean away = new AtomicBoolean();

    Directory(Settings.Ldap ldap, LDAPConnectionPool pool, MeterRegistry registry) {
        this.ldap = ldap;
        this.pool = pool;
        this.answered = requests(registry, "answered");
        this.unanswered = requests(registry, "away");
        requireFilter("sipoauth.ldap.user-filter", ldap.userFilter(), List.of("{0}"));
        this.anybody = ofAnybody(template(ldap.userFilter()));
        requireGroupFilter("sipoauth.ldap.group-filter", ldap.groupFilter());
        requireGroupFilter("sipoauth.ldap.administrator-filter", ldap.administratorFilter());
        requireGroupFilter("sipoauth.ldap.operator-filter", ldap.operatorFilter());
        requireGroupFilter("sipoauth.ldap.read-only-filter", ldap.readOnlyFilter());
    }

    /** What the directory says of a name and a password. */
    public sealed interface Answer {

        /**
         * @param name of the account, in lower case, however it was typed
         * @param kind a subscriber's, or an administrator's by the filter that found them
         */
        record SignedIn(String name, Kind kind) implements Answer {}

        /** @param why for the audit; whoever asked learns only that it failed */
        record Refused(Why why) implements Answer {}
    }

    public enum Why {
        /** To bind without a password succeeds for every name (RFC 4513 §5.1.2), and proves nothing. */
        NO_PASSWORD,
        UNKNOWN_NAME,
        SEVERAL_ENTRIES,
        NOT_ONE_NAME,
        NOT_IN_GROUP,
        WRONG_PASSWORD
    }

    /** @throws DirectoryAway if it cannot be asked: then neither name nor password is wrong */
    public Answer signIn(String typed, String password) throws DirectoryAway {
        if (password.isEmpty()) {
            return new Answer.Refused(Why.NO_PASSWORD);
        }
        try {
            Answer answer = ask(typed, password);
            answered();
            return answer;
        } catch (LDAPException e) {
            throw away(e);
        }
    }

    /**
     * Whether somebody could sign in by this name and as this, if they knew the password: an entry has the name, the filters
     * find it whatever is typed, and it is of the group. Of several entries one is enough, although nobody could sign in
     * then.
     *
     * @throws DirectoryAway if it cannot be asked
     */
    boolean has(String name, Kind kind) throws DirectoryAway {
        try {
            Filter named = Filter.createANDFilter(Filter.createEqualityFilter(ldap.nameAttribute(), name), anybody);
            boolean found = false;
            for (SearchResultEntry entry : search(ldap.baseDn(), named, NO_ATTRIBUTES)) {
                found |= kind(entry.getDN(), name).filter(kind::equals).isPresent();
            }
            answered();
            return found;
        } catch (LDAPException e) {
            throw away(e);
        }
    }

    /** @throws DirectoryAway if it cannot be asked */
    void check() throws DirectoryAway {
        try {
            pool.getRootDSE();
            answered();
        } catch (LDAPException e) {
            throw away(e);
        }
    }

    private Answer ask(String typed, String password) throws LDAPException {
        List<SearchResultEntry> found = search(ldap.baseDn(), filter(ldap.userFilter(), typed), ldap.nameAttribute());
        if (found.size() != 1) {
            return new Answer.Refused(found.isEmpty() ? Why.UNKNOWN_NAME : Why.SEVERAL_ENTRIES);
        }
        SearchResultEntry entry = found.get(0);
        Attribute names = entry.getAttribute(ldap.nameAttribute());
        if (names == null || names.size() != 1) { // of several any might come first, today this, tomorrow that
            return new Answer.Refused(Why.NOT_ONE_NAME);
        }
        String name = names.getValue().toLowerCase(Locale.ROOT);
        Optional<Kind> kind = kind(entry.getDN(), name);
        if (kind.isEmpty()) {
            return new Answer.Refused(Why.NOT_IN_GROUP);
        }
        return isPassword(entry.getDN(), password)
                ? new Answer.SignedIn(name, kind.get())
                : new Answer.Refused(Why.WRONG_PASSWORD);
    }

    /** Whoever has a role is an administrator, and no subscriber. Empty: nothing of either. */
    private Optional<Kind> kind(String dn, String name) throws LDAPException {
        if (ldap.administratorFilter() != null && isFound(ldap.administratorFilter(), dn, name)) {
            return Optional.of(Kind.ADMINISTRATOR);
        }
        if (ldap.operatorFilter() != null && isFound(ldap.operatorFilter(), dn, name)) {
            return Optional.of(Kind.OPERATOR);
        }
        if (ldap.readOnlyFilter() != null && isFound(ldap.readOnlyFilter(), dn, name)) {
            return Optional.of(Kind.READ_ONLY);
        }
        return ldap.groupFilter() == null || isFound(ldap.groupFilter(), dn, name)
                ? Optional.of(Kind.SUBSCRIBER)
                : Optional.empty();
    }

    private boolean isFound(String groupFilter, String dn, String name) throws LDAPException {
        String base = ldap.groupBaseDn() == null ? ldap.baseDn() : ldap.groupBaseDn();
        return !search(base, filter(groupFilter, dn, name), NO_ATTRIBUTES).isEmpty();
    }

    /** At most two entries: one, or too many. */
    private List<SearchResultEntry> search(String base, Filter filter, String attribute) throws LDAPException {
        SearchRequest request = new SearchRequest(base, SearchScope.SUB, filter, attribute);
        request.setSizeLimit(2);
        request.setTimeLimitSeconds((int) Math.max(1, ldap.responseTimeout().toSeconds()));
        request.setDerefPolicy(DereferencePolicy.NEVER);
        try {
            return pool.search(request).getSearchEntries();
        } catch (LDAPSearchException e) {
            if (ResultCode.SIZE_LIMIT_EXCEEDED.equals(e.getResultCode()) && e.getSearchEntries() != null) {
                return e.getSearchEntries();
            }
            throw e;
        }
    }

    private boolean isPassword(String dn, String password) throws LDAPException {
        try {
            pool.bindAndRevertAuthentication(dn, password);
            return true;
        } catch (LDAPException e) {
            if (REFUSALS.contains(e.getResultCode())) {
                return false;
            }
            throw e;
        }
    }

    private void answered() {
        answered.increment();
        if (away.compareAndSet(true, false)) {
            LOG.info("the directory answers again");
        }
    }

    /** Said once, not for everybody who tries to sign in meanwhile. */
    private DirectoryAway away(LDAPException cause) {
        unanswered.increment();
        if (away.compareAndSet(false, true)) {
            LOG.warn(
                    "the directory gives no answer, so its people cannot sign in: {}",
                    cause.getExceptionMessage(false, false));
        }
        return new DirectoryAway(cause);
    }

    private static Counter requests(MeterRegistry registry, String outcome) {
        return Counter.builder("sipoauth.directory.requests")
                .description("What the directory was asked")
                .tag("outcome", outcome)
                .register(registry);
    }

    private static Filter template(String userFilter) {
        try {
            return filter(userFilter, TYPED);
        } catch (LDAPException e) {
            throw new IllegalStateException("a filter was checked, and is none", e);
        }
    }

    /** The same filter, for whoever types whatever finds them: where that is compared, any value will do. */
    private static Filter ofAnybody(Filter filter) {
        return switch (filter.getFilterType()) {
            case Filter.FILTER_TYPE_AND -> Filter.createANDFilter(ofAnybody(filter.getComponents()));
            case Filter.FILTER_TYPE_OR -> Filter.createORFilter(ofAnybody(filter.getComponents()));
            case Filter.FILTER_TYPE_NOT -> Filter.createNOTFilter(ofAnybody(filter.getNOTComponent()));
            default -> filter.toString().contains(TYPED) ? anyValue(filter.getAttributeName()) : filter;
        };
    }

    private static List<Filter> ofAnybody(Filter[] filters) {
        return Arrays.stream(filters).map(Directory::ofAnybody).toList();
    }

    /** @param attribute null: of any at all, which is true (RFC 4526) */
    private static Filter anyValue(@Nullable String attribute) {
        return attribute == null ? Filter.createANDFilter() : Filter.createPresenceFilter(attribute);
    }

    /** What is put in is escaped (RFC 4515 §3), so it can be nothing but a value to compare with. */
    private static Filter filter(String template, String... values) throws LDAPException {
        String text = template;
        for (int i = 0; i < values.length; i++) {
            text = text.replace("{" + i + "}", escape(values[i]));
        }
        return Filter.create(text);
    }

    /** Braces as well, so that no value is taken for a place where the next one goes. */
    private static String escape(String value) {
        return Filter.encodeValue(value).replace("{", "\\7b").replace("}", "\\7d");
    }

    private static void requireGroupFilter(String setting, @Nullable String template) {
        if (template != null) {
            requireFilter(setting, template, List.of("{0}", "{1}"));
        }
    }

    /** @param places one of which has to be there: else it would let everybody in, or nobody */
    private static void requireFilter(String setting, String template, List<String> places) {
        String action = "Write it like (uid={0}), or for groups like (&(objectClass=groupOfNames)(member={0})).";
        if (places.stream().noneMatch(template::contains)) {
            throw new StartupRefused(setting + " is " + template + ", without " + places.get(0) + " in it.", action);
        }
        try {
            filter(template, "x", "x");
        } catch (LDAPException e) {
            throw new StartupRefused(setting + " is " + template + ", which is no filter (RFC 4515).", action, e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
