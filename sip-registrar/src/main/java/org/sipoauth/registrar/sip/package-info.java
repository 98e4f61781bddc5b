/**
 * The part of SIP (RFC 3261) that a registrar and a phone need: a strict parser for streams, a printer, and the values
 * in between. Everything that a peer can send becomes a value here; nothing in a message makes the parser throw.
 */
@NullMarked
package org.sipoauth.registrar.sip;

import org.jspecify.annotations.NullMarked;
