/** Reference SIP registrar that verifies Bearer tokens offline: its start, settings and parts, wired by hand. */
@NullMarked
package org.sipoauth.registrar;

import org.jspecify.annotations.NullMarked;
