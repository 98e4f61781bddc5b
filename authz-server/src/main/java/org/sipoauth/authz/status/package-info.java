/**
 * Token status lists (draft-ietf-oauth-status-list): how they are named and kept, so that verifiers that never call this
 * server learn which logins have been revoked.
 */
@NullMarked
package org.sipoauth.authz.status;

import org.jspecify.annotations.NullMarked;
