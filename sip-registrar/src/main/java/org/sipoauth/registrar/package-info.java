/** Reference SIP registrar that verifies Bearer tokens offline. */
@NullMarked
package org.sipoauth.registrar;

import org.jspecify.annotations.NullMarked;
