/** {@code node}: the SIP servers that phones are sent to. */
@NullMarked
package org.sipoauth.cli.node;

import org.jspecify.annotations.NullMarked;
