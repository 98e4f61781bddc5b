/** Which edges may connect to the SIP servers: kept by administrators, read by registrars. */
@NullMarked
package org.sipoauth.authz.edge;

import org.jspecify.annotations.NullMarked;
