package org.sipoauth.cli.phone;

import java.io.PrintWriter;
import org.sipoauth.cli.console.Printable;
import org.sipoauth.registrar.sip.SipMessage;
import org.sipoauth.registrar.sip.SipPrinter;

/** Prints the SIP dialogue for a person, with every token shortened beyond use. */
final class Trace {
    private final PrintWriter out;
    private final boolean on;

    Trace(PrintWriter out, boolean on) {
        this.out = out;
        this.on = on;
    }

    void sent(SipMessage message) {
        print("--> ", message);
    }

    void received(SipMessage message) {
        print("<-- ", message);
    }

    private void print(String direction, SipMessage message) {
        if (!on) {
            return;
        }
        String indent = " ".repeat(direction.length());
        String prefix = direction;
        for (String line : SipPrinter.redacted(message).split("\n")) {
            out.println(prefix + Printable.line(line));
            prefix = indent;
        }
        out.println();
    }
}
