package org.sipoauth.cli.edge;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sipoauth.cli.console.CommandFailure;
import org.sipoauth.cli.console.ExitCodes;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.cli.console.Times;
import org.sipoauth.cli.http.NetworkTrouble;
import org.sipoauth.cli.http.OwnCertificate;
import org.sipoauth.cli.http.Trust;
import org.sipoauth.registrar.sip.SipResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Connects to a node as an edge does, and explains what comes in the way. */
@Command(
        name = "check",
        description = {
            "Connects to a node by mutual TLS as an edge does, with its certificate, and asks by OPTIONS whether a phone"
                    + " could register. Explains what comes in the way, and what to do about it.",
            "Run it on the edge, with the very files that the edge uses."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the node lets the edge in, and answers OPTIONS with 200",
            "1:the node cannot be reached, or has another answer",
            "2:wrong usage, or a file that cannot be used",
            "3:the edge does not trust the node's certificate",
            "4:the node does not trust the authority of the edge's certificate",
            "5:the node trusts the edge's certificate, but none of its names is on the list of edges",
            "6:the edge's certificate has expired, is not valid yet, or is not for clients"
        })
final class CheckCommand implements Callable<Integer> {
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");
    private static final String LINE = "%-8s %s%n";

    private final InstantSource clock;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--node",
            required = true,
            paramLabel = "HOST[:PORT]",
            description = "The node as the edge calls it, and its port for edges (default: 5091).")
    private String node;

    @Option(names = "--certificate", required = true, paramLabel = "PEM", description = "The edge's certificate.")
    private Path certificate;

    @Option(
            names = "--private-key",
            required = true,
            paramLabel = "PEM",
            description = "Its key, PKCS #8, not encrypted. It is not sent anywhere.")
    private Path privateKey;

    @Option(
            names = "--trust",
            paramLabel = "PEM",
            description = "Certificate authorities under which the edge accepts the node, in place of this Java's own.")
    private @Nullable Path trust;

    CheckCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Node target = Node.parse(node)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--node: a host, or host:port with a port from 1 to 65535"));
        OwnCertificate own = OwnCertificate.read(certificate, privateKey);
        NodeTrust nodeTrust = new NodeTrust(Trust.manager(Optional.ofNullable(trust)));
        show("edge", CertificateText.of(own.certificate()));
        try (NodeConnection connection = NodeConnection.open(target, own, nodeTrust)) {
            SipResponse answer = connection.options(); // only with it a handshake of TLS 1.3 is known to be over
            showNode(nodeTrust);
            show("tls", connection.tls());
            show("options", answer.status() + " " + answer.reason());
            return judge(answer, target, own);
        } catch (IOException failed) {
            showNode(nodeTrust);
            throw explain(failed, target, own, nodeTrust);
        } finally {
            spec.commandLine().getOut().flush();
        }
    }

    private static int judge(SipResponse answer, Node target, OwnCertificate own) {
        if (!own.wasAskedFor()) {
            throw new CommandFailure(
                    ExitCodes.NO,
                    target + " asks for no certificate: it is not the port for edges",
                    "Use the node's mutual-TLS port, the registrar's mra-oauth-port (5091).");
        }
        if (answer.status() == 200) {
            return ExitCodes.OK;
        }
        String said = "the node lets the edge in, but answers " + answer.status() + " " + answer.reason()
                + answer.headers()
                        .first("Warning")
                        .map(warning -> " (" + warning + ")")
                        .orElse("");
        throw new CommandFailure(
                ExitCodes.NO,
                said,
                switch (answer.status()) {
                    case 403 ->
                        "Its SIP OAuth mode is disabled. Where registrars follow the server's (mode=served), enable it for all of"
                                + " them: sipoauth mode enable; else in this registrar's settings: mode=enabled.";
                    case 500 ->
                        "Trouble of its own keeps phones from registering there: sipoauth registrar status, on that machine,"
                                + " names it (keys or status lists too old, its location away).";
                    case 404 ->
                        "It does not serve that host: use the name that phones use for it, or add it to the registrar's"
                                + " hosts.";
                    default -> "The registrar's log says why.";
                });
    }

    private CommandFailure explain(IOException failed, Node target, OwnCertificate own, NodeTrust nodeTrust) {
        if (nodeTrust.untrusted().isPresent()) {
            return nodeNotTrusted(nodeTrust);
        }
        Matcher alert = ALERT.matcher(String.valueOf(failed.getMessage()));
        if (alert.find() && own.wasAskedFor()) {
            return refused(alert.group(1), own.certificate());
        }
        boolean reached = failed instanceof SSLException || nodeTrust.shown().isPresent();
        return new CommandFailure(
                ExitCodes.NO,
                reached
                        ? "no connection with " + target + ": " + failed.getMessage()
                        : "cannot reach " + target + ": " + NetworkTrouble.inWords(failed),
                reached
                        ? "The registrar's log says why; is this its mutual-TLS port, mra-oauth-port (5091)?"
                        : "Check --node, and the firewalls between the edge and the node.");
    }

    private CommandFailure nodeNotTrusted(NodeTrust nodeTrust) {
        X509Certificate shown = nodeTrust.shown().orElseThrow();
        String subject = "the node's certificate " + CertificateText.subject(shown);
        if (shown.getNotAfter().toInstant().isBefore(clock.instant())) {
            return new CommandFailure(
                    EdgeExitCodes.NODE_NOT_TRUSTED,
                    "the edge does not trust " + subject + ": it expired on "
                            + Times.seconds(shown.getNotAfter().toInstant()),
                    "Renew it on the node (tls.certificate); a registrar takes it up while it runs.");
        }
        return new CommandFailure(
                EdgeExitCodes.NODE_NOT_TRUSTED,
                "the edge does not trust " + subject + ": no authority in --trust signed it",
                "Add the authority "
                        + Printable.line(shown.getIssuerX500Principal().getName())
                        + " to what the edge trusts (Kamailio: ca_list), and to --trust.");
    }

    /** By the alerts that our registrar sends: see EdgeTrust there. */
    private CommandFailure refused(String alert, X509Certificate own) {
        String subject = "the edge's certificate " + CertificateText.subject(own);
        return switch (alert) {
            case "unknown_ca" ->
                new CommandFailure(
                        EdgeExitCodes.EDGE_NOT_TRUSTED,
                        "the node does not trust " + subject + " (alert unknown_ca)",
                        "Add the authority "
                                + Printable.line(own.getIssuerX500Principal().getName())
                                + " to the registrar's tls.client-ca, and give intermediates with the edge's certificate.");
            case "bad_certificate" -> isEarly(own) ? unfit(subject, alert, own) : notListed(subject, own);
            case "certificate_unknown", "access_denied", "handshake_failure", "internal_error" ->
                new CommandFailure(
                        ExitCodes.NO,
                        "the node refuses " + subject + " and does not say why (alert " + alert + ")",
                        "The registrar's log does: a line with this subject.");
            default -> unfit(subject, alert, own);
        };
    }

    private static CommandFailure notListed(String subject, X509Certificate own) {
        List<String> names = CertificateText.edgeNames(own);
        if (names.isEmpty()) {
            return new CommandFailure(
                    EdgeExitCodes.EDGE_CERTIFICATE_UNFIT,
                    "the node trusts " + subject + ", but it has no name that could be listed",
                    "Have it issued with the edge's host name as SAN.");
        }
        return new CommandFailure(
                EdgeExitCodes.EDGE_NOT_LISTED,
                "the node trusts " + subject + ", but none of its names is on the list of edges: "
                        + String.join(", ", names),
                "Add it: sipoauth edge add EDGE --certificate-name '" + Printable.line(names.get(0))
                        + "'; registrars let it in within 15 seconds.");
    }

    private CommandFailure unfit(String subject, String alert, X509Certificate own) {
        String advice = switch (alert) {
            case "certificate_expired" -> "Renew it, or set the node's clock if the dates above are good.";
            case "unsupported_certificate" -> "Have it issued with the extended key usage for TLS clients.";
            default -> "The registrar's log says why: a line with this subject.";
        };
        return new CommandFailure(
                EdgeExitCodes.EDGE_CERTIFICATE_UNFIT,
                "the node refuses " + subject + " (alert " + alert + ")",
                isEarly(own)
                        ? "It is not valid before "
                                + Times.seconds(own.getNotBefore().toInstant()) + ": set the clocks, or wait."
                        : advice);
    }

    private boolean isEarly(X509Certificate own) {
        return own.getNotBefore().toInstant().isAfter(clock.instant());
    }

    private void showNode(NodeTrust nodeTrust) {
        nodeTrust.shown().ifPresent(shown -> show("node", CertificateText.of(shown)));
        if (nodeTrust.isForAnotherHost()) {
            show(
                    "note",
                    "that certificate is for another host than --node names; an edge that compares them refuses it");
        }
    }

    private void show(String what, String text) {
        spec.commandLine().getOut().printf(LINE, what, Printable.line(text));
    }
}
