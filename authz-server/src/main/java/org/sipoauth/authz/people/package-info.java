/** Accounts as administrators manage them: subscribers, and administrators of three roles apart from them. */
@NullMarked
package org.sipoauth.authz.people;

import org.jspecify.annotations.NullMarked;
