/** The two OAuth ports: connections, TLS, timeouts and limits. Knows messages and whom to ask, not what is registered. */
@NullMarked
package org.sipoauth.registrar.transport;

import org.jspecify.annotations.NullMarked;
