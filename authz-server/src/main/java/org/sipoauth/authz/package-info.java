/** OAuth 2.0 authorization server for SIP phones. */
@NullMarked
package org.sipoauth.authz;

import org.jspecify.annotations.NullMarked;
