/** Which tokens were revoked: status lists (draft-ietf-oauth-status-list-20), read in the background. */
@NullMarked
package org.sipoauth.verifier.status;

import org.jspecify.annotations.NullMarked;
