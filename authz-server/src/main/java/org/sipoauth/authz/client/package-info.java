/** Which phones and services may ask: registered clients and their exact redirect URIs. */
@NullMarked
package org.sipoauth.authz.client;

import org.jspecify.annotations.NullMarked;
