/** Which tokens were revoked: status lists (draft-ietf-oauth-status-list-20), read in the background. */
package org.sipoauth.verifier.status;
